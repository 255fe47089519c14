import type { SecretsFormat } from '../../../api/secrets-format.ts'
import { whyUnfit } from '../../../api/delivery/unfit-value.ts'
import type { SecretValue } from '../../secret-value.ts'
import { formatDotenv } from '../formats/dotenv.ts'
import { formatJson } from '../formats/json.ts'
import { formatProperties } from '../formats/properties.ts'
import { formatShell } from '../formats/shell.ts'
import { type Entry, sortedEntries } from '../formats/sorted-entries.ts'
import type { Content } from './file-tree.ts'
import { formatYaml } from '../formats/yaml.ts'

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
