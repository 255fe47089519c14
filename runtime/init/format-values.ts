import type { SecretsFormat } from '../../api/secrets-format.ts'
import type { SecretValue } from '../secret-value.ts'
import { fitsDotenv, formatDotenv } from './dotenv.ts'
import { formatJson } from './json.ts'
import { formatProperties } from './properties.ts'
import { formatShell } from './shell.ts'
import { type Entry, sortedEntries } from './sorted-entries.ts'
import type { Content } from './file-tree.ts'
import { formatYaml } from './yaml.ts'

type Format = {
  readonly write: (entries: Iterable<Entry>) => Content
  /** What no value may contain; the end of a sentence. */
  readonly refuses: readonly Refused[]
}

type Refused = readonly [isIn: (value: string) => boolean, what: string]

/** SSM returns Unicode text, but an escape in JSON can be half of a surrogate pair. */
const halfCharacter: Refused = [(value) => !value.isWellFormed(), 'is not Unicode text']
const nul: Refused = [(value) => value.includes('\0'), 'contains a NUL character']
const lineEnd: Refused = [(value) => /[\n\v\f\r\u0085\u2028\u2029]/.test(value), 'contains a line end']
const readOtherwise: Refused = [
  (value) => !fitsDotenv(value),
  'contains quotes, backslashes or a dollar sign that programs read in different ways',
]

const formats: Readonly<Record<SecretsFormat, Format>> = {
  properties: { write: formatProperties, refuses: [] },
  dotenv: { write: formatDotenv, refuses: [halfCharacter, nul, lineEnd, readOtherwise] },
  shell: { write: formatShell, refuses: [halfCharacter, nul] },
  json: { write: formatJson, refuses: [] },
  yaml: { write: formatYaml, refuses: [halfCharacter] },
  files: {
    write: (entries) => new Map(sortedEntries(entries).map(([name, value]) => [name, value.reveal()])),
    refuses: [halfCharacter],
  },
}

/** @param entries whose values refusedBy has nothing against. */
export function formatValues(format: SecretsFormat, entries: Iterable<Entry>): Content {
  return formats[format].write(entries)
}

/** Why a format cannot hold a value, if it cannot: the end of a sentence, which contains nothing of the value. */
export function refusedBy(format: SecretsFormat, value: SecretValue): string | undefined {
  const text = value.reveal()
  const found = formats[format].refuses.find(([isIn]) => isIn(text))
  return found && `${found[1]}, which the format ${format} cannot represent`
}
