import { invalid, type Parsed } from './parsed.ts'

/** How init writes the values for the app to read. */
export const secretsFormats = ['properties', 'dotenv', 'json', 'yaml', 'files'] as const
export type SecretsFormat = (typeof secretsFormats)[number]

/** What each is, and what it cannot hold, for the documents. */
export const formatMeanings: Readonly<Record<SecretsFormat, readonly [what: string, not: string]>> = {
  properties: ['`db.password=value` a line, as java.util.Properties loads it', ''],
  dotenv: [
    '`DB_PASSWORD=value` a line, for a shell: `set -a; . /secret/secret; set +a`. A name is in upper case, with `_` for ' +
      'every other sign and before a digit at its start',
    'a NUL character; names that become one variable, or one that the shell has already, such as PATH: build-time errors',
  ],
  json: ['one object of texts', ''],
  yaml: ['a map of texts, the same to readers of YAML 1.1 and 1.2', ''],
  files: ['a folder with a file for each declaration, its bytes as they are stored', ''],
}

export const defaultFormat: SecretsFormat = 'properties'

export function parseFormat(text: string): Parsed<SecretsFormat> {
  const value = secretsFormats.find((one) => one === text)
  return value ? { value } : invalid(`is not known: allowed are ${secretsFormats.join(', ')}`)
}
