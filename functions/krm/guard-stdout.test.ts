import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'

/** A long text between short ones, and more short ones than are written at once. */
const pieces = `['', 'a', '\u{1f600}\u00e9', 'b'.repeat(1_048_571), '\u{1f600}'.repeat(300_000), 'c',
  ...Array.from({ length: 100_000 }, (_, index) => 'd\u{1f600}'.repeat(index % 9))]`

const program = `
import { writeStdout } from '${join(import.meta.dirname, 'guard-stdout.ts')}'
writeStdout(process, ${pieces})
`
const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
  maxBuffer: 1e8,
})
t.equal(status, 0)
const expected = [
  'a\u{1f600}\u00e9',
  'b'.repeat(1_048_571),
  '\u{1f600}'.repeat(300_000),
  'c',
  ...Array.from({ length: 100_000 }, (_, index) => 'd\u{1f600}'.repeat(index % 9)),
]
t.ok(
  stdout.equals(Buffer.from(expected.join(''))),
  'pieces are written one after the other, and no character is cut where the buffer is full',
)
