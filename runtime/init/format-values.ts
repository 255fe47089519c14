import type { SecretsFormat } from '../../api/secrets-format.ts'
import { whyUnfit } from '../../api/unfit-value.ts'
import type { SecretValue } from '../secret-value.ts'
import { formatDotenv } from './dotenv.ts'
import { formatJson } from './json.ts'
import { formatProperties } from './properties.ts'
import { formatShell } from './shell.ts'
import { type Entry, sortedEntries } from './sorted-entries.ts'
import type { Content } from './file-tree.ts'
import { formatYaml } from './yaml.ts'

const formats: Readonly<Record<SecretsFormat, (entries: Iterable<Entry>) => Content>> = {
  properties: formatProperties,
  dotenv: formatDotenv,
  shell: formatShell,
  json: formatJson,
  yaml: formatYaml,
  files: (entries) => new Map(sortedEntries(entries).map(([name, value]) => [name, value.reveal()])),
}

/** @param entries whose values refusedBy has nothing against. */
export function formatValues(format: SecretsFormat, entries: Iterable<Entry>): Content {
  return formats[format](entries)
}

/** Why a format cannot hold a value, if it cannot: the end of a sentence, which contains nothing of the value. */
export function refusedBy(format: SecretsFormat, value: SecretValue): string | undefined {
  return whyUnfit(format, value.reveal())
}
