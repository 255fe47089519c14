export type JsonMap = Readonly<Record<string, unknown>>
type Json = string | number | boolean | null | undefined | readonly unknown[] | JsonMap

/** Whether a value is a map, such as a JSON object; a list and null are none. */
export function isMap<T extends Json>(value: T): value is Extract<T, JsonMap>
export function isMap(value: unknown): value is JsonMap
export function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An empty map in the place of any other value, so that all of its fields are missing. */
export function mapOf(value: unknown): JsonMap {
  return isMap(value) ? value : {}
}

/** An empty list in the place of any other value. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
