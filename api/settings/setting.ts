/**
 * One table describes the settings of a program that is configured by environment variables. Its type, encoding,
 * decoding, `--help` and documents are derived from the table, so a new setting is one new entry.
 */
import { about, type EnvDiagnostic, envDiagnostics, quote } from '../diagnostic.ts'
import type { Env } from './env.ts'
import { hasAll } from '../has-all.ts'
import type { Parsed } from '../parsed.ts'

/** Who sets a variable of the init container. */
export type SetBy =
  /** The user, by option env of inject-init. */
  | 'user'
  /** inject-init alone: option env must not name it. */
  | 'inject-init'
  /** inject-init, unless option env names it. */
  | 'inject-init or user'

/** A setting of any program. */
export type EnvSetting<T> = {
  readonly env: string
  readonly default: T
  readonly meaning: string
  /** What is wrong follows the variable's name and its value. */
  readonly parse: (text: string) => Parsed<T>
  /** The text that parse reads back as the same value. */
  readonly format: (value: T) => string
  /** A value may contain a password: messages do not quote it. */
  readonly mayHoldSecret?: true
}

/** A setting of init. */
export type Setting<T, By extends SetBy = SetBy> = EnvSetting<T> & { readonly setBy: By }

type EnvTable<S> = { readonly [K in keyof S]: EnvSetting<S[K]> }
export type SettingTable<S> = { readonly [K in keyof S]: Setting<S[K]> }

/** The values that a table describes, by the names of its entries. */
export type SettingsOf<T> = { readonly [K in keyof T]: T[K] extends EnvSetting<infer V> ? V : never }

/** The names of the entries that inject-init sets. */
export type SetByInjectInit<T> = {
  [K in keyof T]: T[K] extends Setting<infer _, 'user'> ? never : K
}[keyof T]

/** The variables, in the order of the table, of the values that differ from the defaults. */
export function encodeSettings<S>(
  table: EnvTable<S>,
  settings: Partial<S>,
): readonly (readonly [env: string, text: string])[] {
  const encoded: [string, string][] = []
  for (const key in table) {
    const { env, format, default: byDefault } = table[key]
    const value: S[typeof key] | undefined = settings[key]
    if (value !== undefined && format(value) !== format(byDefault)) encoded.push([env, format(value)])
  }
  return encoded
}

export type DecodedSettings<S> = {
  /** Without the variables that are wrong. */
  readonly valid: Partial<S>
  /** Absent when any variable is wrong. */
  readonly settings?: S
  readonly diagnostics: readonly EnvDiagnostic[]
}

/** A variable that is absent or empty has its default. All that is wrong is reported at once. */
export function decodeSettings<S>(table: EnvTable<S>, env: Env): DecodedSettings<S> {
  const valid: Partial<S> = {}
  const diagnostics: EnvDiagnostic[] = []
  for (const key in table) {
    const setting = table[key]
    const parsed = decodeSetting(setting, env[setting.env])
    if (parsed.diagnostics === undefined) valid[key] = parsed.value
    else diagnostics.push(...envDiagnostics(setting.env, parsed.diagnostics))
  }
  return hasAll(table, valid) ? { valid, settings: valid, diagnostics } : { valid, diagnostics }
}

/** An absent or empty text is the default. */
export function decodeSetting<T>(setting: EnvSetting<T>, text: string | undefined): Parsed<T> {
  if (text === undefined || text === '') return { value: setting.default }
  const parsed = setting.parse(text)
  if (parsed.diagnostics === undefined || setting.mayHoldSecret) return parsed
  return { diagnostics: about(quote(text), parsed.diagnostics) }
}

export type EnvRow = { readonly env: string; readonly default: string; readonly meaning: string }

/** The table as `--help` and the documents show it: defaults as text, empty where there is none. */
export function describeSettings<S>(table: EnvTable<S>): readonly EnvRow[] {
  const rows: EnvRow[] = []
  for (const key in table) {
    const { env, meaning, format, default: byDefault } = table[key]
    rows.push({ env, meaning, default: format(byDefault) })
  }
  return rows
}
