import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { parseInjectConfig } from '../../functions/inject-init/options/config.ts'
import { checkInjection } from '../../functions/inject-init/verify/check-injection.ts'
import { injectInit, injectItems } from '../../functions/inject-init/inject-init.ts'
import type { EditedItem } from '../../functions/krm/krm-function.ts'
import { applyEdits } from '../../functions/yaml/apply-edits.ts'
import { exampleImage } from '../example-image.ts'
import { type Command, type Io, isOn } from '../flags/command.ts'
import { joinDocuments } from '../join-documents.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { functionFlags, readFunctionFlags } from '../flags/function-flags.ts'
import { printPlan } from '../print/print-plan.ts'
import { printResults } from '../print-results.ts'
import { readInput } from '../read-input.ts'
import { type Manifest, manifestFlags } from '../read-manifests.ts'
import { planReplacement, replaceFiles } from '../files/replace-files.ts'

export const injectCommand: Command = {
  name: 'inject',
  usage: '-f FILE [--write [--dry-run] | --check] [OPTION ...]',
  purpose: 'Adds the init container to the annotated workloads and prints the manifests.',
  examples: [
    [
      'Inject what kustomize builds',
      `kustomize build overlays/prod | kees inject --image ${exampleImage} -f - > manifest.yaml`,
    ],
    ['Fail if a committed manifest is not injected', 'kees inject --check -f manifests'],
    ['Edit files in place and keep their comments', 'kees inject --write -R -f manifests'],
  ],
  flags: {
    ...manifestFlags,
    write: { meaning: 'edit the files in place instead of printing' },
    'dry-run': { meaning: 'with --write: only show which files would be changed' },
    check: { meaning: 'print nothing; exit with 1 if anything would change' },
    ...functionFlags(injectInit),
  },
  run,
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  const { diagnostics: flagDiagnostics, ...options } = await readFunctionFlags(injectInit, parsed)
  const { config, diagnostics } = parseInjectConfig(options)
  const usage = [...flagDiagnostics, ...diagnostics]
  if (isOn(parsed, 'write') && isOn(parsed, 'check'))
    usage.push({ message: 'flags --write and --check must not be used together' })
  if (isOn(parsed, 'dry-run') && !isOn(parsed, 'write'))
    usage.push({ message: 'flag --dry-run needs --write: without it, nothing is written' })
  if (isOn(parsed, 'write') && parsed.values.get('filename')?.includes('-')) {
    usage.push({ message: 'flag --write needs files: standard input cannot be edited in place' })
  }
  const { manifests, exit: wrong } = await readInput(parsed, io, usage)
  if (!manifests) return wrong
  const { edited, results } = injectItems(
    manifests.flatMap(({ items }) => items),
    config,
  )
  const exit = printResults(results, io, manifests)
  if (exit !== exitCode.done) return exit
  const changing = edited.filter(({ edits }) => edits.length > 0)
  if (isOn(parsed, 'check')) {
    const differences = changing.flatMap(({ item }) => checkInjection(item, config))
    return printResults(differences, io, manifests)
  }
  const injected = manifests.map((manifest) => ({ ...manifest, injected: injectedText(manifest, changing) }))
  if (isOn(parsed, 'write')) {
    const changed = injected.filter((one) => one.injected !== one.text)
    const files = new Map(changed.map((one) => [one.path, one.injected]))
    if (isOn(parsed, 'dry-run')) printPlan(await planReplacement(files), io)
    else await replaceFiles(files)
  } else io.out(joinDocuments(injected.map((one) => one.injected)))
  return exitCode.done
}

function injectedText({ text, items }: Manifest, edited: readonly EditedItem[]): string {
  const own = new Set(items)
  const edits = edited.filter(({ item }) => own.has(item)).flatMap((one) => one.edits)
  return applyEdits(text, edits)
}
