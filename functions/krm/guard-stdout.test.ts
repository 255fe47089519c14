import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'

const program = `
import { writeStdout } from '${join(import.meta.dirname, 'guard-stdout.ts')}'
writeStdout(process, ['', 'a', '\u{1f600}\u00e9', 'b'.repeat(1_048_571), '\u{1f600}'.repeat(300_000), 'c'])
`
const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
  maxBuffer: 1e8,
})
t.equal(status, 0)
t.ok(
  stdout.equals(Buffer.from(`a\u{1f600}\u00e9${'b'.repeat(1_048_571)}${'\u{1f600}'.repeat(300_000)}c`)),
  'pieces are written one after the other, and no character is cut where the buffer is full',
)
