/**
 * The settings of one pod, `init.<domain>/<name>`. Their type, parsing, formatting, the names that a message lists and the rows
 * of docs/reference/annotations.md are derived from this table, so a new setting is one new entry.
 */
import { formatContainerNames, parseContainerNames } from '../declaration/container-names.ts'
import { about, type Diagnostic, type DiagnosticCode, quote } from '../diagnostic.ts'
import { parseStoragePrefix } from '../declaration/parameter-name.ts'
import { invalid, type Parsed } from '../parsed.ts'
import { parseFormat, type SecretsFormat } from '../secrets-format.ts'
import { notKnown } from '../suggest.ts'

type PodSetting<T> = {
  /** For the documents, in Markdown. */
  readonly meaning: string
  /** How messages name the value. */
  readonly subject: string
  /** The messages follow the subject. */
  readonly parse: (text: string) => Parsed<T>
  /** The text that parse reads back as the same value. */
  readonly format: (value: T) => string
}

type PodSettingTable<S> = { readonly [K in keyof S]: PodSetting<S[K]> }

const asIs = (text: string): string => text

const setting = <T>(entry: PodSetting<T>): PodSetting<T> => entry

export const podSettings = {
  'storage-prefix': setting<string>({
    meaning: 'the prefix of every parameter name; default `/`',
    subject: 'the storage-prefix',
    parse: parseStoragePrefix,
    format: asIs,
  }),
  format: setting<SecretsFormat>({
    meaning:
      'the format of the file: `properties` (default), `dotenv`, `shell`, `json`, `yaml` or `files`: [formats](init.md#formats)',
    subject: 'the format',
    parse: parseFormat,
    format: asIs,
  }),
  containers: setting<readonly string[]>({
    meaning: 'the containers that mount the secrets, comma-separated; default: all',
    subject: 'the value',
    parse: parseContainerNames,
    format: formatContainerNames,
  }),
  'local-mode': setting<boolean>({
    meaning:
      '`true`: init opens no store and derives every value from its name, so that everybody can compute it: [local mode](../local-mode.md); `false` (default)',
    subject: 'the local-mode',
    parse: parseLocalMode,
    format: String,
  }),
}

/** The values that a table describes, by the names of its entries. */
type ValuesOf<T> = { readonly [K in keyof T]: T[K] extends PodSetting<infer V> ? V : never }

export type PodSettingValues = ValuesOf<typeof podSettings>

/** Those that change what inject-init adds. */
export type PodSettings = Partial<Omit<PodSettingValues, 'storage-prefix'>>

type Report = (code: DiagnosticCode, diagnostics: readonly Diagnostic[]) => void

/** Reads the setting of this name into the values, or reports what is wrong with it. */
export function readSetting<S>(
  table: PodSettingTable<S>,
  name: string,
  text: string,
  values: Partial<S>,
  report: Report,
): void {
  for (const key in table) {
    if (key !== name) continue
    const { subject, parse } = table[key]
    const parsed = parse(text)
    if (parsed.diagnostics === undefined) values[key] = parsed.value
    else report('BAD_SETTING', about(subject, parsed.diagnostics))
    return
  }
  report('UNKNOWN_SETTING', about(quote(name), [notKnown(name, Object.keys(table))]))
}

function parseLocalMode(text: string): Parsed<boolean> {
  if (text === 'true' || text === 'false') return { value: text === 'true' }
  // Of the first kees.
  if (text === 'remote-then-local')
    return invalid(
      'must not be remote-then-local: while the store is not reached, the app would get values that everybody can compute',
      'remove it, or set "true" where the app never reads a store',
    )
  // Anything else could be a secret.
  const shown = /^(true|false|yes|no|on|off|[yn01])$/i.test(text) ? `${quote(text)} ` : ''
  return invalid(`${shown}must be true or false, in lower case`)
}

/** The annotations of some settings, in the order of the table. */
export function formatSettings<S>(
  table: PodSettingTable<S>,
  values: Partial<S>,
  domain: string,
): (readonly [key: string, text: string])[] {
  const annotations: [string, string][] = []
  for (const key in table) {
    const value: S[typeof key] | undefined = values[key]
    if (value !== undefined) annotations.push([`init.${domain}/${key}`, table[key].format(value)])
  }
  return annotations
}
