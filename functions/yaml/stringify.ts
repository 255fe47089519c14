import { Document, isScalar, Scalar, visit } from 'yaml'
import type { Value } from './value.ts'

/** How a list under a key is indented: `wide` puts its dashes two columns deeper, `compact` below the key. */
export type ListStyle = 'wide' | 'compact'

/** Line ends and a byte order mark to YAML 1.1, text to YAML 1.2; and what no reader shows. */
const invisible = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]/g

const printed = new Map<string, readonly string[]>()

/** More than one input has different values to print; a bound, so that hostile ones do not fill the memory. */
const maxPrinted = 1000

/**
 * Block YAML for a value that we write ourselves. Strings are quoted wherever YAML 1.1, which kustomize reads, or 1.2
 * would see another type or another text. What is the same for ten thousand workloads is printed once.
 *
 * @returns lines without their line ends.
 */
export function yamlLines(value: Value, lists: ListStyle): readonly string[] {
  const json = JSON.stringify(value)
  if (isInexact.test(json)) return printLines(value, lists)
  const key = lists + json
  const known = printed.get(key)
  if (known) return known
  const lines = printLines(value, lists)
  if (printed.size >= maxPrinted) printed.clear()
  printed.set(key, lines)
  return lines
}

/** JSON writes infinities as null, and a negative zero as zero. */
const isInexact = /(^|[:[,])(null|0)([,\]}]|$)/

function printLines(value: Value, lists: ListStyle): string[] {
  const document = new Document(value, { version: '1.2', compat: 'yaml-1.1', aliasDuplicateObjects: false })
  visit(document, {
    Scalar: (_, node) => {
      if (isScalar(node) && typeof node.value === 'string' && needsQuotes(node.value))
        node.type = Scalar.QUOTE_DOUBLE
    },
  })
  const text = document.toString({ lineWidth: 0, indentSeq: lists === 'wide' })
  return text.replace(/\n$/, '').replace(invisible, escape).split('\n')
}

/** JSON for a value inside flow YAML, in which every YAML reader sees the same text. */
export function jsonText(value: Value): string {
  return JSON.stringify(value).replace(invisible, escape)
}

/** A block scalar that keeps the blank lines behind it (`|+`) would take in those that follow the place of insertion. */
const keepsLines = /(^|\s)\n$|\n[^\S\n]+$/

function needsQuotes(text: string): boolean {
  return text === '=' || keepsLines.test(text) || text.search(invisible) >= 0
}

/** Such a character stands in double quotes only. A pair of surrogates is one visible character and stays. */
function escape(character: string, at: number, text: string): string {
  const code = character.charCodeAt(0)
  const paired = (text.codePointAt(at) ?? 0) > 0xffff || (at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff)
  return paired ? character : `\\u${code.toString(16).padStart(4, '0')}`
}
