import { quote } from '../../../api/diagnostic.ts'

/** A value as the subject of what is wrong with it; empty where it has no short text. */
export function shownText(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' ? quote(value) : ''
}
