/**
 * Values as nearly all that kees writes, printed straight: the printer of the yaml package, which prints everything else, is compiled when it is
 * first used, and that takes longer than a short run. So nothing is decided here, and a property test compares the lines of both.
 */
import { isMap } from '../../api/json.ts'
import type { Value } from './value.ts'

/** How a list under a key is indented: `wide` puts its dashes two columns deeper, `compact` below the key. */
export type ListStyle = 'wide' | 'compact'

/** @returns undefined where a key or a value is not that plain, or empty. */
export function printPlain(value: Value, lists: ListStyle): string[] | undefined {
  const lines = Array.isArray(value)
    ? listLines(value, lists)
    : isMap(value)
      ? mapLines(Object.entries(value), lists)
      : undefined
  return lines?.length === 0 ? undefined : lines
}

function mapLines(entries: readonly (readonly [string, Value])[], lists: ListStyle): string[] | undefined {
  const lines: string[] = []
  for (const [key, value] of entries) {
    if (textOf(key) !== key) return undefined
    const text = textOf(value)
    if (text !== undefined) {
      lines.push(`${key}: ${text}`)
      continue
    }
    const below = printPlain(value, lists)
    if (!below) return undefined
    const margin = Array.isArray(value) && lists === 'compact' ? '' : '  '
    lines.push(`${key}:`, ...below.map((line) => margin + line))
  }
  return lines
}

function listLines(items: readonly Value[], lists: ListStyle): string[] | undefined {
  const lines: string[] = []
  for (const item of items) {
    const text = textOf(item)
    const own = text === undefined ? printPlain(item, lists) : [text]
    if (!own) return undefined
    lines.push(...own.map((line, index) => (index === 0 ? '- ' : '  ') + line))
  }
  return lines
}

const word = /^[A-Za-z/][\w./-]{0,199}(?::[\w./-]{1,99})?$/
const quantity = /^[1-9][0-9]{0,5}(?:m|Mi)$/
/** Of YAML 1.1 or 1.2. */
const reserved = /^(?:y|n|yes|no|true|false|on|off|null)$/i
const digits = /^[1-9][0-9]{0,8}$/
/** Such as the record. */
const json = /^\{"[ -&(-~]*\}$/

/** On one line. */
function textOf(value: Value): string | undefined {
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return digits.test(String(value)) ? String(value) : undefined
  if (typeof value !== 'string') return undefined
  if (word.test(value)) return reserved.test(value) ? undefined : value
  if (quantity.test(value)) return value
  if (digits.test(value)) return `"${value}"`
  return json.test(value) ? `'${value}'` : undefined
}
