/**
 * The format yaml: a map of texts in ASCII, sorted by key, a line each. Keys and values are always in double quotes, so
 * that readers of YAML 1.1 and 1.2 see the same: no `yes` and no `0644` is taken for anything else.
 * https://yaml.org/spec/1.2.2/#57-escaped-characters
 */
import { type Entry, sortedEntries } from './sorted-entries.ts'

/** @param entries whose values are Unicode text, without lone surrogates. */
export function formatYaml(entries: Iterable<Entry>): string {
  return sortedEntries(entries)
    .map(([key, value]) => `${text(key)}: ${text(value.reveal())}\n`)
    .join('')
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
}

/** Whole characters: YAML does not put the two halves of a pair together as JSON does. */
function text(value: string): string {
  return `"${value.replace(/[^ !#-[\]-~]/gu, (character) => escapes[character] ?? escaped(character))}"`
}

function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16)
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`
}
