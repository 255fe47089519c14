/** Permission bits, in octal. */
import { invalid, type Parsed } from './parsed.ts'

export function parseFileMode(text: string): Parsed<number> {
  return /^0?[0-7]{3}$/.test(text)
    ? { value: parseInt(text, 8) }
    : invalid('must be three octal digits such as 0444')
}

export function formatFileMode(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}
