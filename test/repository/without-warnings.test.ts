/** What postject prints of each executable is hidden, and nothing else. */
import t from 'tap'
import { postjectNoise } from '../../scripts/executables/runtimes.ts'
import { withoutWarnings } from '../../scripts/executables/without-warnings.ts'

const printed: unknown[] = []
const warn = (...args: unknown[]) => void printed.push(...args)
const console = { warn }
const others = [
  "warning: Can't find string offset for section name '.text'",
  "error: Can't find string offset for section name '.note.100'",
  'warning: The file is corrupt',
]
const act = async () => {
  for (const name of ['.note', '.note.100'])
    console.warn(`warning: Can't find string offset for section name '${name}'`)
  for (const line of others) console.warn(line)
  return 'done'
}
t.equal(await withoutWarnings(console, postjectNoise, act), 'done')
t.strictSame(printed, others)
t.equal(console.warn, warn)

const fails = async () => {
  throw new Error('expected')
}
await t.rejects(withoutWarnings(console, postjectNoise, fails), { message: 'expected' })
t.equal(console.warn, warn, 'also after a failure')
