import { quote } from '../../api/diagnostic.ts'

/** A value, as a message shows it before what is wrong with it; nothing where it has no short text. */
export function shownText(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return `${value} `
  return typeof value === 'string' ? `${quote(value)} ` : ''
}
