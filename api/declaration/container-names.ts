import { isDnsLabel } from '../dns-label.ts'
import { invalid, type Parsed } from '../parsed.ts'

/** A list with at least one name. */
export function parseContainerNames(text: string): Parsed<readonly string[]> {
  const names = text.split(',').map((one) => one.trim())
  return names.every(isDnsLabel)
    ? { value: names }
    : invalid('is not a list of container names, separated by commas')
}

export function formatContainerNames(names: readonly string[]): string {
  return names.join(',')
}
