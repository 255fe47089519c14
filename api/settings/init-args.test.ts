import { deepStrictEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { longestDuration } from '../duration.ts'
import { encodeInitArgs, type InitMode, parseInitArgs } from './init-args.ts'

const good: readonly (readonly [args: string[], mode: InitMode])[] = [
  [[], { kind: 'once' }],
  [['--check'], { kind: 'check' }],
  [['--refresh', '5m'], { kind: 'refresh', every: 300_000 }],
  [['--refresh=90s'], { kind: 'refresh', every: 90_000 }],
]
for (const [args, mode] of good) t.strictSame(parseInitArgs(args), { value: mode }, `init ${args.join(' ')}`)

const allowed =
  'allowed are --refresh DURATION, --check, --help and --version; the rest is set by the environment'
const bad: readonly (readonly [args: string[], message: string])[] = [
  [['--verbose'], `the argument "--verbose" is not known here: ${allowed}`],
  [['--check', '--refresh'], `the argument "--refresh" is not known here: ${allowed}`],
  [['--refresh', '5m', 'now'], `the argument "now" is not known here: ${allowed}`],
  [['--refresh', 'often'], 'the argument --refresh "often" is not a duration such as 5m, from 1s up to 596h'],
  [['--refresh', '500ms'], 'the argument --refresh "500ms" is not a duration such as 5m, from 1s up to 596h'],
  [['--refresh'], 'the argument --refresh is not a duration such as 5m, from 1s up to 596h'],
]
for (const [args, message] of bad)
  t.strictSame(parseInitArgs(args), { diagnostics: [{ message }] }, `init ${args.join(' ')} is refused`)

t.test('what is encoded is parsed as it was', async () => {
  const modes = fc.oneof(
    fc.constantFrom<InitMode[]>({ kind: 'once' }, { kind: 'check' }),
    fc.integer({ min: 1000, max: longestDuration }).map((every): InitMode => ({ kind: 'refresh', every })),
  )
  fc.assert(
    fc.property(modes, (mode) => deepStrictEqual(parseInitArgs(encodeInitArgs(mode)), { value: mode })),
  )
})
