/** For property tests: what a function may do with any input. */
import { isDeepStrictEqual } from 'node:util'
import { createContext, Script } from 'node:vm'
import { load } from 'js-yaml'
import { parseAllDocuments } from 'yaml'
import type { KrmFunction } from './krm-function.ts'
import { type FunctionRun, runFunction } from './run-function.ts'

/**
 * What is wrong with the answer to an input, if anything: a clear error or an unharmed pass-through is asked for, never an
 * exception, a hang, a lost item, or text in which two YAML libraries see different values.
 *
 * @param patience in ms; the slowest of the generated inputs takes a hundredth of it.
 */
export function brokenInvariant(
  krmFunction: KrmFunction,
  input: string,
  patience = 20_000,
): string | undefined {
  const answer = runInTime(krmFunction, input, patience)
  if (answer === undefined) return `no answer in ${patience} ms`
  const { stdout, stderr, exit } = answer
  if (exit !== 0 && exit !== 1 && exit !== 2) return `exit code ${exit}`
  if (exit !== 0) {
    if (stderr.length === 0 && !stdout.includes('results')) return 'an error that says nothing'
    if (stdout === '') return undefined
  } else if (stdout === input) return undefined
  const before = readings(input)
  if (exit !== 0) {
    if (before === undefined) return undefined
    const after = readings(stdout)
    if (!after) return 'an error, and text that is not read in one way'
    return sameItems(before, after) ? undefined : 'an error, and items that are not as they were'
  }
  if (before === undefined) return undefined
  const after = readings(stdout)
  if (after === undefined) return 'text that two libraries do not read in one way'
  if (!isDeepStrictEqual(identities(before), identities(after).slice(0, identities(before).length)))
    return 'an item is lost'
  if (!input.includes('bsycorp.com') && stdout !== input && !input.includes('results'))
    return 'not annotated, and changed'
  const again = runFunction(krmFunction, stdout)
  return again.stdout === stdout || stdout.includes('\nresults:')
    ? undefined
    : 'a second run changes something'
}

const job: { run?: () => FunctionRun } = {}
const runJob = new Script('run()')
const realm = createContext(job)

/** Undefined where it hangs: only a script of its own can be stopped from within the process. */
function runInTime(krmFunction: KrmFunction, input: string, patience: number): FunctionRun | undefined {
  job.run = () => runFunction(krmFunction, input)
  try {
    return runJob.runInContext(realm, { timeout: patience })
  } catch (error) {
    // The realm's own Error is another class.
    if (Object(error).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined
    throw error
  }
}

type Reading = { readonly items?: readonly unknown[] }

/** What both libraries see; undefined where one of them sees an error or something else. */
function readings(text: string): Reading | undefined {
  try {
    // The faster one first: most of what is damaged is no YAML to it.
    const other: unknown = load(text)
    const documents = parseAllDocuments(text, { uniqueKeys: true, merge: true, prettyErrors: false })
    if (documents.length !== 1 || documents.some((one) => one.errors.length > 0)) return undefined
    const one: unknown = documents[0]?.toJS({ maxAliasCount: 100 })
    const same = isDeepStrictEqual(plain(one), plain(other))
    return same && typeof one === 'object' && one !== null ? one : undefined
  } catch {
    // Not YAML to one of them, or more of it than they take: nothing can be compared.
    return undefined
  }
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value) ?? 'null')
}

function identities({ items }: Reading): string[] {
  return (Array.isArray(items) ? items : []).map((item) => {
    const { apiVersion, kind, metadata } = Object(item)
    return JSON.stringify([apiVersion, kind, Object(metadata).name])
  })
}

function sameItems(before: Reading, after: Reading): boolean {
  return isDeepStrictEqual(plain(before.items), plain(after.items))
}
