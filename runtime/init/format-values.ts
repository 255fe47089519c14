import type { SecretsFormat } from '../../api/secrets-format.ts'
import type { SecretValue } from '../secret-value.ts'
import { formatDotenv } from './dotenv.ts'
import { formatJson } from './json.ts'
import { formatProperties } from './properties.ts'
import { type Entry, sortedEntries } from './sorted-entries.ts'
import type { Content } from './write-files.ts'
import { formatYaml } from './yaml.ts'

type Format = {
  readonly write: (entries: Iterable<Entry>) => Content
  /** What a value may not hold; the end of a sentence. */
  readonly refuses: readonly (readonly [held: RegExp, diagnostics: string])[]
}

/** SSM returns Unicode text, but an escape in JSON can be half of a surrogate pair. */
const halfCharacter = [/\p{Cs}/u, 'is not Unicode text'] as const
const nul = [/\0/, 'holds a NUL character'] as const

const formats: Readonly<Record<SecretsFormat, Format>> = {
  properties: { write: formatProperties, refuses: [] },
  dotenv: { write: formatDotenv, refuses: [halfCharacter, nul] },
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
  const found = formats[format].refuses.find(([held]) => held.test(text))
  return found && `${found[1]}, which the format ${format} cannot hold`
}
