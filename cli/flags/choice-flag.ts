import { about, quote } from '../../api/diagnostic.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'
import { valueOf } from './command.ts'
import type { ParsedFlags } from './flags.ts'

/** The word that a flag chooses; undefined where it is not given. */
export function readChoice<T extends string>(
  parsed: ParsedFlags,
  name: string,
  allowed: readonly T[],
): Parsed<T | undefined> {
  const text = valueOf(parsed, name)
  if (text === undefined) return { value: undefined }
  const value = allowed.find((one) => one === text)
  if (value !== undefined) return { value }
  const list = allowed.map((one) => JSON.stringify(one)).join(', ')
  return {
    diagnostics: about(`flag --${name}`, invalid(`${quote(text)} must be one of ${list}`).diagnostics),
  }
}
