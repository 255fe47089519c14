/**
 * What `kees import` reads: the items of the Java kees, as `aws dynamodb scan --output json` prints its table, or a JSON object of names and values.
 * Messages contain names, never values.
 */
import { about, type Diagnostic, quote } from '../../api/diagnostic.ts'
import { type JsonMap, isMap, listOf, mapOf } from '../../api/json.ts'
import { decodeText } from '../../functions/krm/decode-text.ts'
import { secretValue, type SecretValue } from '../../runtime/secret-value.ts'

export type NamedValue = {
  /** With a leading slash: the table may have names without one. */
  readonly parameter: string
  readonly value: SecretValue
}

type Values = { readonly values: readonly NamedValue[]; readonly diagnostics: readonly Diagnostic[] }

/** Of the table of the Java kees. */
const nameAttribute = 'secretName'
const valueAttribute = 'secretValue'

const mostDiagnostics = 64
const allowed = 'pipe in the output of aws dynamodb scan --output json, or a JSON object of names and values'

/** The values, if nothing is wrong with the text as a whole or with any name. */
export function parseValues(bytes: Buffer): Values {
  const wrong = (message: string) => ({
    values: [],
    diagnostics: [{ message: `standard input ${message}`, hint: allowed }],
  })
  const { value: decoded, diagnostics } = decodeText(bytes, 'JSON')
  if (diagnostics) return { values: [], diagnostics: about('standard input', diagnostics) }
  const text = decoded.replace(/^\ufeff/, '')
  const json = parseJson(text)
  if (!isMap(json)) return wrong(json === undefined ? 'is not JSON' : 'is not a JSON object')
  const items = json['Items']
  // A parameter may have this name.
  const isObject = items === undefined || typeof items === 'string'
  if (!isObject && !Array.isArray(items)) return wrong('has "Items", which must be a list')
  const entries = isObject ? entriesOfObject(json, text) : entriesOfScan(json)
  return distinct(entries)
}

/** What was read of one item or member, with what is wrong with it. */
type Entry = { readonly name: string; readonly text?: string; readonly diagnostic?: Diagnostic }

function entriesOfScan(scan: JsonMap): Entry[] {
  const entries = listOf(scan['Items']).map((item, index): Entry => {
    const name = textOf(item, nameAttribute)
    const position = `item ${index + 1} of Items`
    if (name === undefined || name === '')
      return { name: '', diagnostic: { message: `${position} has no string attribute ${nameAttribute}` } }
    const text = textOf(item, valueAttribute)
    if (text !== undefined) return { name, text }
    return {
      name,
      diagnostic: { message: `${position}, ${quote(name)}, has no string attribute ${valueAttribute}` },
    }
  })
  const next = ['LastEvaluatedKey', 'NextToken'].find((key) => isPresent(scan[key]))
  if (next === undefined) return entries
  const message = `the scan is incomplete: it has ${next}`
  const hint = 'scan the whole table, without --max-items and --no-paginate'
  return [...entries, { name: '', diagnostic: { message, hint } }]
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** Of an attribute of type S. */
function textOf(item: unknown, attribute: string): string | undefined {
  const text = mapOf(mapOf(item)[attribute])['S']
  return typeof text === 'string' ? text : undefined
}

function entriesOfObject(object: JsonMap, text: string): Entry[] {
  const entries = Object.entries(object).map(([name, value]): Entry => {
    if (typeof value === 'string') return { name, text: value }
    return { name, diagnostic: { message: `the value of ${quote(name)} is not a string` } }
  })
  if (entries.some(({ diagnostic }) => diagnostic)) return entries
  return [...entries, ...repeatedMembers(text).map((name) => ({ name, diagnostic: twice(name) }))]
}

/** JSON.parse keeps the last of two. @param text a JSON object whose values are strings. */
function repeatedMembers(text: string): string[] {
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const [, written = '""', colon] of text.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?/g)) {
    if (colon === undefined) continue
    const name = String(JSON.parse(written))
    if (seen.has(name)) repeated.add(name)
    seen.add(name)
  }
  return [...repeated]
}

function twice(name: string): Diagnostic {
  return { message: `${quote(name)} is there twice`, hint: 'remove the one that is wrong' }
}

/** Two names of one parameter are one if their values are equal: `local/a` and `/local/a` were two in the table. */
function distinct(entries: readonly Entry[]): Values {
  const values = new Map<string, { readonly name: string; readonly text: string }>()
  const diagnostics: Diagnostic[] = []
  for (const { name, text, diagnostic } of entries) {
    if (diagnostic) diagnostics.push(diagnostic)
    if (text === undefined) continue
    if (!text.isWellFormed())
      diagnostics.push({
        message: `the value of ${quote(name)} is not Unicode text: it has half of a surrogate pair`,
        hint: 'Parameter Store would keep another character: correct the value',
      })
    const parameter = name.startsWith('/') ? name : `/${name}`
    const other = values.get(parameter)
    if (other && other.text !== text)
      diagnostics.push(
        other.name === name
          ? twice(name)
          : {
              message: `${quote(other.name)} and ${quote(name)} are the same parameter, and have different values`,
              hint: 'remove the one that is wrong',
            },
      )
    values.set(parameter, { name, text })
  }
  const left = diagnostics.length - mostDiagnostics
  const shown = left > 1 ? diagnostics.slice(0, mostDiagnostics) : diagnostics
  const more = left > 1 ? [{ message: `${left} more errors are not shown` }] : []
  if (diagnostics.length > 0) return { values: [], diagnostics: [...shown, ...more] }
  return {
    values: [...values].map(([parameter, { text }]) => ({ parameter, value: secretValue(text) })),
    diagnostics: [],
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // Its message quotes the text.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
