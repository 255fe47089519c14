import { join } from 'node:path'
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { type ExportConfig, parseExportConfig } from '../../functions/export-iam/options/config.ts'
import { exportIam } from '../../functions/export-iam/export-iam.ts'
import { type ExportOutput, exportItems } from '../../functions/export-iam/export-items.ts'
import { isPoliciesJson, policiesJson } from '../../functions/export-iam/terraform/policies-json.ts'
import { generatedLine } from '../../functions/export-iam/terraform/terraform.ts'
import { findModules, unpackModule } from '../../functions/export-iam/unpack.ts'
import type { ManifestItem } from '../../functions/krm/manifest-item.ts'
import { errorsOf, type Result } from '../../functions/krm/result.ts'
import { formatAccessMatrix } from '../print/access-matrix.ts'
import { readChoice } from '../flags/choice-flag.ts'
import { type Command, type Io, isOn, valueOf } from '../flags/command.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { functionFlags, readFunctionFlags } from '../flags/function-flags.ts'
import { checkModule, readModule } from '../files/module-files.ts'
import { readInput } from '../read-input.ts'
import { manifestFlags } from '../read-manifests.ts'
import { planReplacement, replaceFiles } from '../files/replace-files.ts'
import { printPlan } from '../print/print-plan.ts'
import { printModuleResults } from '../print-module.ts'
import { printResults, printWarning } from '../print-results.ts'

// These belong to the ConfigMap that the function emits.
const { name: _name, output: _output, format: _format, ...options } = exportIam.options
const exportFunction = { ...exportIam, options }

const formats = ['terraform', 'json', 'markdown'] as const

export const exportCommand: Command = {
  name: 'export',
  usage: '-f FILE [--out DIR [--dry-run] | --check DIR] [--format terraform|json|markdown] [OPTION ...]',
  purpose: 'Writes the Terraform module that allows each role to read exactly what its workloads declare.',
  examples: [
    ['Write the module of an environment', 'kees export -f manifest.yaml --out terraform/prod'],
    ['Show in a pull request who may read what', 'kees export -f manifest.yaml --format markdown'],
  ],
  flags: {
    ...manifestFlags,
    out: {
      takes: 'DIR',
      meaning:
        'the folder of the module, whose four files are replaced; without it, policies.tf is printed, or policies.json with --format json',
    },
    'dry-run': { meaning: 'with --out: only show which files would be changed' },
    check: {
      takes: 'DIR',
      meaning: 'write nothing; exit with 1 if the module in DIR differs in more than layout and comments',
    },
    unpack: {
      meaning:
        'write, check or show the module in the ConfigMap that the function export-iam made, in place of one for the workloads; ' +
        'nothing else of the input counts',
    },
    format: {
      takes: formats.join('|'),
      meaning:
        'terraform: the module; json: the IAM documents, which need --region and --account; markdown: who may read what, for ' +
        'a pull request, only printed (default terraform)',
    },
    ...functionFlags(exportFunction),
  },
  run,
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  const { given, diagnostics: flagDiagnostics, ...naming } = await readFunctionFlags(exportFunction, parsed)
  // Without the flag, the file of --config may set the format.
  const { value: format, diagnostics: ofFormat = [] } = readChoice(parsed, 'format', formats)
  const chosen = format === undefined || format === 'markdown' ? [] : [{ name: 'format', value: format }]
  const { config, diagnostics } = parseExportConfig({ ...naming, given: [...given, ...chosen] })
  const usage = [...flagDiagnostics, ...diagnostics, ...ofFormat]
  const [out, check] = [valueOf(parsed, 'out'), valueOf(parsed, 'check')]
  if (out === '' || check === '') usage.push({ message: 'flags --out and --check need the name of a folder' })
  if (out !== undefined && check !== undefined)
    usage.push({ message: 'flags --out and --check must not be used together' })
  if (isOn(parsed, 'dry-run') && out === undefined)
    usage.push({ message: 'flag --dry-run needs --out: without it, nothing is written' })
  if (format === 'markdown' && (out ?? check) !== undefined) {
    usage.push({ message: 'flag --format markdown must not be used together with --out or --check' })
  }
  const { manifests, exit: wrong } = await readInput(parsed, io, usage)
  if (!manifests) return wrong
  const items = manifests.flatMap((manifest) => manifest.items)
  const exported = isOn(parsed, 'unpack') ? unpackModule(items) : exportWorkloads(items, config)
  const { files } = exported
  const results = [...exported.results]
  if (format === 'markdown' && files.has(policiesJson)) {
    const message = `flag --format markdown does not read ${policiesJson} of a ConfigMap`
    results.push(...errorsOf([{ message, hint: 'print it without the flag' }], exitCode.usage))
  }
  const exit = printResults(results, io, manifests)
  if (exit !== exitCode.done) return exit
  if (check !== undefined) return printModuleResults(await checkModule(check, files), config.strict, io)
  if (out === undefined) {
    const [first = ''] = files.values()
    io.out(format === 'markdown' ? formatAccessMatrix(exported) : first)
    return exitCode.done
  }
  if (exported.grants.length === 0 && !files.has(policiesJson)) {
    printWarning('no secret or resource is declared in the input: the module grants nothing', io)
  }
  const foreign = printResults(await notOurs(out, files.keys()), io)
  if (foreign !== exitCode.done) return foreign
  const written = new Map([...files].map(([name, text]) => [join(out, name), text]))
  if (isOn(parsed, 'dry-run')) printPlan(await planReplacement(written), io)
  else await replaceFiles(written)
  return exitCode.done
}

/** The module in a ConfigMap is never taken in place of one for the workloads: no view would show what it grants. */
function exportWorkloads(items: readonly ManifestItem[], config: ExportConfig): ExportOutput {
  const exported = exportItems(items, config)
  const [module] = exported.annotated === 0 ? findModules(items) : []
  if (!module) return exported
  const message = 'has a module of export-iam, and no workload of the input declares anything'
  const wrong = errorsOf(
    [{ message, hint: 'write the module in it by --unpack' }],
    exitCode.input,
    module.object,
  )
  return { ...exported, results: [...exported.results, ...wrong] }
}

/** Files with names of the module that export-iam did not write are not overwritten. */
async function notOurs(folder: string, names: Iterable<string>): Promise<Result[]> {
  const { files, diagnostics } = await readModule(folder, names, 'allowed')
  const foreign = [...files]
    .filter(([, text]) => !text.startsWith(generatedLine) && !isPoliciesJson(text))
    .map(([name]) => ({
      message: `${join(folder, name)} is not generated by kees export`,
      hint: 'move it, or choose another folder',
    }))
  return errorsOf([...diagnostics, ...foreign], exitCode.output)
}
