import { invalid, type Parsed } from './parsed.ts'

/** How init writes the values for the app to read. */
export const secretsFormats = ['properties', 'dotenv', 'shell', 'json', 'yaml', 'files'] as const
export type SecretsFormat = (typeof secretsFormats)[number]

/** A description of each format, and the values that it cannot hold, for the documentation. */
export const formatMeanings: Readonly<Record<SecretsFormat, readonly [what: string, not: string]>> = {
  properties: ['one `db.password=value` per line, as java.util.Properties reads it', ''],
  dotenv: [
    'one `DB_PASSWORD=value` per line, for programs that read lines: `node --env-file`, python-dotenv, dotenv, systemd, Compose. Names ' +
      'are in upper case, with `_` in place of every other character and before a leading digit. A value is in quotes where one of them needs ' +
      'them; `docker run --env-file` takes the quotes for a part of the value',
    'a line end or a NUL character; quotes, backslashes or `${` that these programs read in different ways; names that result in the same ' +
      'variable, or in one with a meaning, such as PATH (build-time errors)',
  ],
  shell: [
    'one `DB_PASSWORD=value` for each, for a shell: `set -a; . /secret/secret; set +a`. Names as in `dotenv`',
    'a NUL character; names as in `dotenv`',
  ],
  json: ['one object with string values', ''],
  yaml: ['a map with string values, the same for parsers of YAML 1.1 and 1.2', ''],
  files: ['a folder with one file for each declaration, which contains the stored bytes', ''],
}

export const defaultFormat: SecretsFormat = 'properties'

export function parseFormat(text: string): Parsed<SecretsFormat> {
  const value = secretsFormats.find((one) => one === text)
  return value ? { value } : invalid(`is not known: allowed are ${secretsFormats.join(', ')}`)
}
