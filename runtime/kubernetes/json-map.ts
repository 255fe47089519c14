export type JsonMap = Readonly<Record<string, unknown>>

/** What is not a map is taken as an empty one: the fields of it are missing. */
export function mapOf(value: unknown): JsonMap {
  return isJsonMap(value) ? value : {}
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isJsonMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
