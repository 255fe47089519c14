/** Permission bits, in octal. The owner can always read: init compares the file with new values in a refresh. */
import { invalid, type Parsed } from '../parsed.ts'

export function parseFileMode(text: string): Parsed<number> {
  return /^0?[4-7][0-7]{2}$/.test(text)
    ? { value: parseInt(text, 8) }
    : invalid(
        'must be octal, from 0400 to 0777, such as 0444',
        'the user of init must be able to read the file',
      )
}

export function formatFileMode(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}
