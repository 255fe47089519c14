/**
 * Runs a function on a ResourceList: the only standard input, standard output and exit code of a function.
 * https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md
 *
 * The output is the input's text with the function's edits and the results in it, so what no edit touched leaves byte
 * for byte as it came, in YAML as in JSON.
 */
import { constants } from 'node:buffer'
import { type ExitCode, exitCode } from '../../api/exit-code.ts'
import { about, type Diagnostic, quote } from '../../api/diagnostic.ts'
import manifest from '../../package.json' with { type: 'json' }
import { describeBug } from '../../api/describe-bug.ts'
import { functionHelp } from './function-help.ts'
import { readFunctionConfig } from './function-config.ts'
import { kptIdAnnotations } from './kpt-ids.ts'
import {
  type EditedItem,
  type Generated,
  type KrmFunction,
  type Orchestrator,
  passWith,
} from './krm-function.ts'
import { formatFieldPath } from './field-path.ts'
import { type ResultFile, ResultFiles } from './result-file.ts'
import { errorsOf, exitCodeOf, messageLines, type Result, resultLines } from './result.ts'
import { annotationOf } from './manifest-item.ts'
import { readInPieces, readWhole, type ResourceList } from './resource-list.ts'
import { editedPieces, lengthOf, type SourceEdit } from '../yaml/apply-edits.ts'
import { decodeText, isNotText } from './decode-text.ts'
import { Editor } from '../yaml/editor.ts'
import { largestList, readStdin } from './read-stdin.ts'
import { writeStdout } from './guard-stdout.ts'
import { isTerminal } from './is-terminal.ts'
import { lookUp, ownEntry, toValue, type Value } from '../yaml/value.ts'

export type FunctionRun = {
  readonly stdout: string
  /** Lines without their ends. */
  readonly stderr: readonly string[]
  readonly exit: ExitCode
}

/** A run whose output is not joined yet. */
type RunInPieces = Omit<FunctionRun, 'stdout'> & { readonly pieces: readonly string[] }

export function runFunction(krmFunction: KrmFunction, text: string): FunctionRun {
  return joined(runInPieces(krmFunction, text))
}

function runInPieces(krmFunction: KrmFunction, text: string): RunInPieces {
  const list = readInPieces(text)
  return (list && runOn(krmFunction, text, list)) ?? runWhole(krmFunction, text)
}

/** As runFunction, but with every item parsed: slow, and the measure of what may be left out. */
export function runOnWhole(krmFunction: KrmFunction, text: string): FunctionRun {
  return joined(runWhole(krmFunction, text))
}

function joined({ pieces, ...run }: RunInPieces): FunctionRun {
  return { ...run, stdout: pieces.join('') }
}

function runWhole(krmFunction: KrmFunction, text: string): RunInPieces {
  const { value: list, diagnostics } = readWhole(text)
  if (diagnostics !== undefined) return failedRun(about('the input', diagnostics), exitCode.input)
  const done = runOn(krmFunction, text, list)
  if (!done) throw new Error('an item that was parsed already does not parse')
  return done
}

/** @returns undefined where an item that has to be parsed cannot be parsed by itself. */
function runOn(krmFunction: KrmFunction, text: string, list: ResourceList): RunInPieces | undefined {
  const orchestrator = orchestratorOf(list)
  const configNode = lookUp(list.root, 'functionConfig')
  const config = readFunctionConfig(configNode && toValue(configNode), krmFunction.configKind)
  const pass =
    config.diagnostics === undefined
      ? krmFunction.begin({
          config: config.value,
          orchestrator,
          valuesOf: (annotation) => valuesOf(list, annotation),
        })
      : passWith(errorsOf(config.diagnostics, exitCode.usage))
  const edits: SourceEdit[] = []
  const files = new ResultFiles()
  const edit = ({ item: { document }, edits: own }: EditedItem) => {
    for (const one of own) {
      edits.push({ ...one, start: one.start + document.at, end: one.end + document.at })
    }
  }
  for (const { contains, isClosed, read } of list.pieces) {
    const isConcerned = pass.concerns(contains)
    if (!isConcerned && isClosed()) continue
    const items = read()
    if (!items) return undefined
    if (!isConcerned) continue
    for (const [index, item] of items.entries()) {
      files.add(item.object, read, index)
      edit({ item, edits: pass.process(item) })
    }
  }
  const { results, edited, generated } = pass.end()
  const exit = exitCodeOf(results)
  const isDone = exit === exitCode.done
  if (!isDone) edits.length = 0
  else if (edited) edit(edited)
  const written = results.map((one) => writtenResult(one, one.object && files.of(one.object)))
  edits.push(...listEdits(list, isDone ? generated : undefined, written).map(list.placed))
  // kpt shows the results itself; kustomize drops them and shows standard error.
  const stderr = orchestrator === 'kpt' ? [] : results.flatMap((one) => resultLines(one))
  if (lengthOf(text, edits) > longestText) {
    const message = `the output would have more than ${longestText} characters, which is the limit`
    return failedRun([{ message, hint: 'run the function on parts of the input' }], exitCode.input)
  }
  return { pieces: editedPieces(text, edits), stderr, exit }
}

/** V8 has no longer string. */
const longestText = constants.MAX_STRING_LENGTH

/** A function's program: reads standard input, writes standard output, sets the exit code. */
export async function hostFunction(krmFunction: KrmFunction, args: readonly string[]): Promise<void> {
  const { pieces, stderr, exit } = await respond(krmFunction, args)
  for (const line of stderr) process.stderr.write(`${line}\n`)
  process.exitCode = exit
  writeStdout(process, pieces)
}

async function respond(krmFunction: KrmFunction, args: readonly string[]): Promise<RunInPieces> {
  const [flag] = args
  if (flag === '--help' || flag === '-h') {
    return { pieces: [functionHelp(krmFunction)], stderr: [], exit: exitCode.done }
  }
  if (flag === '--version') {
    return { pieces: [`${krmFunction.name} ${manifest.version}\n`], stderr: [], exit: exitCode.done }
  }
  if (flag !== undefined) {
    const message = `argument ${quote(flag)} is not known: allowed are --help and --version`
    return failedRun([{ message, hint: 'put options into functionConfig' }], exitCode.usage)
  }
  if (isTerminal(process, 0)) {
    const message = 'standard input is a terminal, and a ResourceList is expected on it'
    return failedRun(
      [{ message, hint: 'run the function by kustomize or kpt, or see --help' }],
      exitCode.usage,
    )
  }
  try {
    const text = await readInput()
    return typeof text === 'string' ? runInPieces(krmFunction, text) : text
  } catch (error) {
    const { error: name, stack } = describeBug(error)
    const said = [`error: this is a bug of ${krmFunction.name}, please report it: ${name}`, ...stack]
    return { pieces: [], stderr: said, exit: exitCode.bug }
  }
}

/** In a function of its own, so that the bytes can be collected while the text is worked on. */
async function readInput(): Promise<string | RunInPieces> {
  const limit = { largest: largestList, isUseless: isNotText }
  const { value: bytes, diagnostics } = await readStdin(limit, () => process.stdin)
  if (diagnostics !== undefined) return failedRun(diagnostics, exitCode.usage)
  const text = decodeText(bytes)
  return text.diagnostics === undefined
    ? text.value
    : failedRun(about('the input', text.diagnostics), exitCode.input)
}

function failedRun(diagnostics: readonly Diagnostic[], exit: ExitCode): RunInPieces {
  return { pieces: [], stderr: errorsOf(diagnostics, exit).flatMap((one) => resultLines(one)), exit }
}

function* valuesOf(list: ResourceList, annotation: string): Generator<string> {
  if (!list.contains(annotation)) return
  for (const { contains, read } of list.pieces) {
    if (!contains(annotation)) continue
    for (const item of read() ?? []) {
      const value = annotationOf(item, annotation)
      if (value !== undefined) yield value
    }
  }
}

/** Whoever runs us marks every object, so only the first one has to be looked at. */
function orchestratorOf(list: ResourceList): Orchestrator {
  const isMarked = (annotation: string) => valuesOf(list, annotation).next().done === false
  if (isMarked('kustomize.config.k8s.io/id')) return 'kustomize'
  return isMarked(kptIdAnnotations[0]) ? 'kpt' : 'none'
}

/** The edits of the ResourceList itself. */
function listEdits(
  { document, root, list }: ResourceList,
  generated: Generated | undefined,
  results: readonly Value[],
): readonly SourceEdit[] {
  const editor = new Editor(document)
  const items = ownEntry(root, 'items')
  if (generated && items && (generated.only || !list)) editor.replaceValue(root, items, [generated.object])
  else if (generated && list) editor.addItem(list, generated.object, 'last')
  const old = ownEntry(root, 'results')
  if (old && results.length === 0) editor.removeEntries(root, [old])
  else if (old) editor.replaceValue(root, old, results)
  else if (results.length > 0) editor.addEntry(root, 'results', results)
  const { edits } = editor.finish()
  return old && results.length === 0 ? withoutLastBlanks(document.source, edits) : edits
}

/** A last line of nothing but blanks goes too: behind a comment, some parsers take a tab in it for indentation. */
function withoutLastBlanks(source: string, edits: readonly SourceEdit[]): readonly SourceEdit[] {
  const blanks = source.search(/(?<=[\r\n])[ \t]+$/)
  if (blanks < 0 || edits.some(({ end }) => end > blanks)) return edits
  return [...edits, { start: blanks, end: source.length, text: '' }]
}

/** https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md */
function writtenResult({ object, subject, field, ...result }: Result, file: ResultFile | undefined): Value {
  const { severity } = result
  // The path names the annotation already.
  const [fact = '', ...hint] = messageLines(field || subject === undefined ? result : { ...result, subject })
  const message = [fact, ...hint].join('\n')
  if (!object) return { message, severity }
  const { apiVersion, kind, name, namespace } = object
  return {
    message,
    severity,
    resourceRef: { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) },
    ...(field ? { field: { path: formatFieldPath(field) } } : {}),
    ...(file ? { file } : {}),
  }
}
