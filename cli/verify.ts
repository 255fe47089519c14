import { exitCode, type ExitCode } from '../api/exit-code.ts'
import { parseExportConfig } from '../functions/export-iam/config.ts'
import { exportItems } from '../functions/export-iam/export-items.ts'
import { uninjectedFindings } from '../functions/injected.ts'
import { exitCodeOf, judge, lineOf } from '../functions/krm-result.ts'
import { readWorkloads } from '../functions/workload.ts'
import { parseWorkloadConfig, workloadOptions } from '../functions/workload-options.ts'
import { type Command, type Io, isOn, valueOf } from './command.ts'
import type { ParsedFlags } from './flags.ts'
import { readSharedFlags, sharedFlags } from './function-flags.ts'
import { joinDocuments } from './join-documents.ts'
import { checkModule } from './module-files.ts'
import { readInput } from './read-input.ts'
import { manifestFlags } from './read-manifests.ts'
import { sayProblems } from './say-problems.ts'

export const verifyCommand: Command = {
  name: 'verify',
  usage: '-f FILE [--iam DIR] [--pass] [OPTION ...]',
  purpose:
    'Checks that annotations are right, that everything annotated is injected, and that the policies hold.',
  flags: {
    ...manifestFlags,
    iam: {
      takes: 'DIR',
      meaning:
        'the committed Terraform module, which must be the one that the manifests, and the ExportIAM file of --config, ask for',
    },
    pass: { meaning: 'print the manifests as they came, if all is well' },
    ...sharedFlags(workloadOptions),
  },
  run,
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  const flags = await readSharedFlags(workloadOptions, parsed)
  const { config, problems } = parseWorkloadConfig(flags)
  const exporting = parseExportConfig({ ...flags, given: flags.exporting })
  const wrongOptions = new Set([...flags.problems, ...problems, ...exporting.problems])
  const { manifests, exit: wrong } = await readInput(parsed, io, [...wrongOptions])
  if (!manifests) return wrong

  const items = manifests.flatMap((manifest) => manifest.items)
  const folder = valueOf(parsed, 'iam')
  const { workloads, findings: found } = readWorkloads(items, config)
  const uninjected = judge(uninjectedFindings(workloads), config.strict)
  const { findings: own, files } =
    folder === undefined
      ? { findings: judge(found, config.strict), files: new Map() }
      : exportItems(items, { ...exporting.config, ...config, allowUninjected: true })
  const findings = [...own, ...uninjected]
  for (const finding of findings) io.say(lineOf(finding))
  const exit = exitCodeOf(findings)
  if (exit !== exitCode.done) return exit
  const stale = folder === undefined ? exitCode.done : sayProblems(await checkModule(folder, files), io)
  if (stale === exitCode.done && isOn(parsed, 'pass'))
    io.out(joinDocuments(manifests.map(({ text }) => text)))
  return stale
}
