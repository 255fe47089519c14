import { about } from '../api/diagnostic.ts'
import type { Parsed } from '../api/parsed.ts'
import { parseChoice } from '../functions/krm/options.ts'
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
  const { value, diagnostics } = parseChoice(text, allowed)
  return diagnostics === undefined ? { value } : { diagnostics: about(`flag --${name}`, diagnostics) }
}
