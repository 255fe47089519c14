import { Document, isScalar, Scalar, visit } from 'yaml'
import { type ListStyle, printPlain } from './print-plain.ts'
import type { Value } from './value.ts'

/** Characters that are line ends or a byte order mark in YAML 1.1 but text in YAML 1.2, and invisible ones. */
const invisible = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]/g

const printed = new Map<string, readonly string[]>()

/** More than the different values of any normal input; the limit keeps hostile input from filling the memory. */
const maxPrinted = 1000

/**
 * Block YAML for a value that kees writes. Strings are quoted wherever YAML 1.1, which kustomize reads, or 1.2 would read
 * another type or another text. A value that is the same for ten thousand workloads is printed once.
 *
 * @returns lines without their line ends.
 */
export function yamlLines(value: Value, lists: ListStyle): readonly string[] {
  const json = JSON.stringify(value)
  if (isInexact.test(json)) return printAny(value, lists)
  const key = lists + json
  const known = printed.get(key)
  if (known) return known
  const lines = printPlain(value, lists) ?? printAny(value, lists)
  if (printed.size >= maxPrinted) printed.clear()
  printed.set(key, lines)
  return lines
}

/** The lines of an entry of a map. A list of the same objects as before, in ten thousand pods, is not even printed as JSON. */
export function entryLines(key: string, value: Value, lists: ListStyle): readonly string[] {
  const [first] = Array.isArray(value) ? value : []
  if (!Array.isArray(value) || typeof first !== 'object' || first === null)
    return yamlLines({ [key]: value }, lists)
  const known = printedLists.get(first)
  const isKnown = known?.key === key && known.lists === lists && known.value.length === value.length
  if (isKnown && known.value.every((one, index) => one === value[index])) return known.lines
  const lines = yamlLines({ [key]: value }, lists)
  printedLists.set(first, { key, lists, value, lines })
  return lines
}

type PrintedList = {
  readonly key: string
  readonly lists: ListStyle
  readonly value: readonly Value[]
  readonly lines: readonly string[]
}

/** By the first item. */
const printedLists = new WeakMap<object, PrintedList>()

/** The lines of an item of a list. An object that is added to ten thousand lists is not even compared with what was printed. */
export function itemLines(value: Value, lists: ListStyle): readonly string[] {
  if (typeof value !== 'object' || value === null) return yamlLines([value], lists)
  const known = printedItems[lists].get(value)
  if (known) return known
  const lines = yamlLines([value], lists)
  printedItems[lists].set(value, lines)
  return lines
}

const printedItems: Readonly<Record<ListStyle, WeakMap<object, readonly string[]>>> = {
  wide: new WeakMap(),
  compact: new WeakMap(),
}

/** JSON prints infinities as null, and negative zero as zero. */
const isInexact = /(^|[:[,])(null|0)([,\]}]|$)/

/** By the yaml package. */
export function printAny(value: Value, lists: ListStyle): string[] {
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

/** JSON for a value inside flow YAML, which every YAML parser reads as the same text. */
export function jsonText(value: Value): string {
  return JSON.stringify(value).replace(invisible, escape)
}

/** A block scalar that keeps blank lines (`|+`) would include those that follow the position of the insertion. */
const keepsLines = /(^|\s)\n$|\n[^\S\n]+$/

function needsQuotes(text: string): boolean {
  return text === '=' || keepsLines.test(text) || text.search(invisible) >= 0
}

/** Such a character is only in double quotes. A surrogate pair is one visible character and is not escaped. */
function escape(character: string, at: number, text: string): string {
  const code = character.charCodeAt(0)
  const paired = (text.codePointAt(at) ?? 0) > 0xffff || (at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff)
  return paired ? character : `\\u${code.toString(16).padStart(4, '0')}`
}
