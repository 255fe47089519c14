/**
 * Runs a function on a ResourceList: the only standard input, standard output and exit code of a function.
 * https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md
 *
 * The output is the input's text with the function's edits and the results in it, so what no edit touched leaves byte
 * for byte as it came, in YAML as in JSON.
 */
import { isUtf8 } from 'node:buffer'
import { type ExitCode, exitCode } from '../api/exit-code.ts'
import { quote } from '../api/mistake.ts'
import manifest from '../package.json' with { type: 'json' }
import { functionHelp } from './function-help.ts'
import { sharedProblem } from './editable.ts'
import { readFunctionConfig } from './function-config.ts'
import { kptIdAnnotations } from './kpt-ids.ts'
import type { FunctionOutput, Generated, KrmFunction, Orchestrator } from './krm-function.ts'
import { exitCodeOf, type Finding, lineOf } from './krm-result.ts'
import { annotationsOf, itemsUnder, type ManifestItem } from './manifest-item.ts'
import { applyEdits, type SourceEdit } from './apply-edits.ts'
import { addEntry, addItem, removeEntries, replaceValue } from './source-edit.ts'
import type { SourceDocument, SourceMap, SourceSequence } from './source-node.ts'
import { parseSource } from './source-tree.ts'
import { guardStdout } from './guard-stdout.ts'
import { isNull, lookUp, ownEntry, stringOf, toValue, type Value } from './source-value.ts'

export type FunctionRun = {
  readonly stdout: string
  /** Lines without their ends. */
  readonly stderr: readonly string[]
  readonly exit: ExitCode
}

type ResourceList = {
  readonly document: SourceDocument
  readonly root: SourceMap
  readonly list: SourceSequence | undefined
  readonly items: readonly ManifestItem[]
}

export function runFunction(krmFunction: KrmFunction, text: string): FunctionRun {
  const parsed = readResourceList(text)
  if (typeof parsed === 'string') {
    return { stdout: '', stderr: [`error: the input ${parsed}`], exit: exitCode.input }
  }
  const { root, items } = parsed
  const orchestrator = orchestratorOf(items)
  const configNode = lookUp(root, 'functionConfig')
  const config = readFunctionConfig(configNode && toValue(configNode), krmFunction.configKind)
  const output: FunctionOutput =
    config.problem === undefined
      ? krmFunction.run({ items, config: config.value, orchestrator })
      : { findings: [{ severity: 'error', message: config.problem, exit: exitCode.usage }] }
  const exit = exitCodeOf(output.findings)
  const edits = exit === exitCode.done ? editsOf(parsed, output) : []
  // kpt shows the results itself; kustomize drops them and shows standard error.
  const stderr = orchestrator === 'kpt' ? [] : output.findings.map(lineOf)
  return { stdout: applyEdits(text, [...edits, ...resultEdits(parsed, output.findings)]), stderr, exit }
}

/** A function's program: reads standard input, writes standard output, sets the exit code. */
export async function hostFunction(krmFunction: KrmFunction, args: readonly string[]): Promise<void> {
  guardStdout(process)
  const { stdout, stderr, exit } = await respond(krmFunction, args)
  for (const line of stderr) process.stderr.write(`${line}\n`)
  process.exitCode = exit
  process.stdout.write(stdout)
}

async function respond(krmFunction: KrmFunction, args: readonly string[]): Promise<FunctionRun> {
  const [flag] = args
  if (flag === '--help' || flag === '-h') {
    return { stdout: functionHelp(krmFunction), stderr: [], exit: exitCode.done }
  }
  if (flag === '--version') {
    return { stdout: `${krmFunction.name} ${manifest.version}\n`, stderr: [], exit: exitCode.done }
  }
  if (flag !== undefined) {
    return usage(
      `argument ${quote(flag)} is not known: allowed are --help and --version; options go into functionConfig`,
    )
  }
  if (process.stdin.isTTY) {
    return usage(
      'a ResourceList is expected on standard input: run the function by kustomize or kpt, or see --help',
    )
  }
  try {
    const chunks: Buffer[] = []
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
    const bytes = Buffer.concat(chunks)
    if (isUtf8(bytes)) return runFunction(krmFunction, bytes.toString())
    return { stdout: '', stderr: ['error: the input is not UTF-8 text'], exit: exitCode.input }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return {
      stdout: '',
      stderr: [`error: this is a bug of ${krmFunction.name}: ${reason}`],
      exit: exitCode.bug,
    }
  }
}

function usage(message: string): FunctionRun {
  return { stdout: '', stderr: [`error: ${message}`], exit: exitCode.usage }
}

/** A problem is the end of a sentence that begins with "the input". */
function readResourceList(text: string): ResourceList | string {
  const { documents, problem } = parseSource(text)
  if (problem !== undefined) return problem
  const [document, ...more] = documents
  const root = document?.root
  if (!document || root?.type !== 'map') return 'is not a ResourceList: it is no YAML or JSON object'
  if (more.length > 0) return `is not a ResourceList: it is ${more.length + 1} YAML documents`
  const apiVersion = stringOf(lookUp(root, 'apiVersion')) ?? ''
  const kind = stringOf(lookUp(root, 'kind')) ?? ''
  if (kind !== 'ResourceList' || !/^config\.kubernetes\.io\/v1(beta1)?$/.test(apiVersion)) {
    return (
      'is not a ResourceList: its apiVersion must be config.kubernetes.io/v1 or config.kubernetes.io/v1beta1 ' +
      'and its kind ResourceList'
    )
  }
  const shared = sharedProblem(document, root)
  if (shared !== undefined) return `is not a ResourceList that functions can edit: it ${shared}`
  const entry = ownEntry(root, 'items')
  if (!entry) return 'is not a ResourceList: it has no items'
  const list = entry.value
  if (isNull(list)) return { document, root, list: undefined, items: [] }
  if (list.type !== 'sequence') return 'is not a ResourceList: its items are not a list'
  return { document, root, list, items: list.items.flatMap((item) => itemsUnder(document, item)) }
}

function orchestratorOf(items: readonly ManifestItem[]): Orchestrator {
  const has = (key: string) => items.some((item) => annotationsOf(item).has(key))
  if (has('kustomize.config.k8s.io/id')) return 'kustomize'
  return has(kptIdAnnotations[0]) ? 'kpt' : 'none'
}

function editsOf(list: ResourceList, output: FunctionOutput): SourceEdit[] {
  const edits = (output.edited ?? []).flatMap((one) => one.edits)
  return output.generated ? [...edits, ...generatedEdits(list, output.generated)] : edits
}

function generatedEdits({ document, root, list }: ResourceList, generated: Generated): SourceEdit[] {
  const { object, only } = generated
  const items = ownEntry(root, 'items')
  if ((only || !list) && items) return replaceValue(document, root, items, [object], 'compact')
  if (!list) return []
  return [addItem(document, list, object, 'last', 'compact')]
}

function resultEdits({ document, root }: ResourceList, findings: readonly Finding[]): SourceEdit[] {
  const entry = ownEntry(root, 'results')
  if (findings.length === 0) return entry ? removeEntries(document, root, [entry]) : []
  const results = findings.map(resultOf)
  if (entry) return replaceValue(document, root, entry, results, 'compact')
  return [addEntry(document, root, 'results', results, { lists: 'compact' })]
}

function resultOf({ severity, message, object }: Finding): Value {
  if (!object) return { message, severity }
  const { apiVersion, kind, name, namespace } = object
  const resourceRef = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }
  return { message, severity, resourceRef }
}
