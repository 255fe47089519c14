import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { decodeInitEnv, type InitEnv } from '../../../api/settings/init-env.ts'
import { failed } from '../../failure.ts'
import { virtualClock } from '../../fixtures.ts'
import { openLog } from '../../log.ts'
import type { Notify } from './notifier.ts'
import { refresh } from './refresh.ts'
import { refreshMetrics } from './refresh-metrics.ts'
import { refreshesBetweenCollections } from './small-heap.ts'
import { writeFiles } from '../files/write-files.ts'

/** A value, or why there is none: broken, unreachable. */
type Round = string
const minute = 60_000

function settingsIn(folder: string): InitEnv {
  const decoded = decodeInitEnv({ SECRETS_FILE: join(folder, 'secret') })
  if (!decoded.settings) throw new Error(JSON.stringify(decoded.diagnostics))
  return decoded.settings
}

/** Refreshes until the rounds are used up. @param rounds what the store has: a value, or why there is none. */
async function run(
  t: Test,
  rounds: readonly Round[],
  {
    notify,
    random = 0.5,
    onRound,
    ended = /the end of/,
  }: {
    readonly notify?: Notify
    readonly random?: number
    readonly onRound?: (round: number) => void
    readonly ended?: RegExp
  } = {},
) {
  const folder = t.testdir()
  const settings = settingsIn(folder)
  const fileOf = (content: string) => ({ path: settings.secretsFile, content })
  await writeFiles([fileOf('first')], 0o444, new Date())
  const [clock, lines, times]: [ReturnType<typeof virtualClock>, unknown[], number[]] = [
    virtualClock(),
    [],
    [],
  ]
  const contents: string[] = []
  const collectedAfter: number[] = []
  const metrics = refreshMetrics('1.2.3', (5 * minute) / 1000, () => clock.now() / 1000)
  const left = [...rounds]
  const fetch = async () => {
    contents.push(readFileSync(settings.secretsFile, 'utf8'))
    times.push(clock.now())
    onRound?.(times.length)
    const round = left.shift()
    if (round === undefined) throw new RangeError('the end of the test')
    if (round === 'broken') throw failed({ code: 'STORE_UNREADABLE', message: 'the store is broken' })
    if (round === 'unreachable')
      return { diagnostics: [{ exit: 5 as const, message: 'no answer', fields: { code: 'X' } }] }
    return { files: [fileOf(round)], folders: [] }
  }
  const log = openLog('debug', (line) => lines.push(JSON.parse(line)))
  await t.rejects(
    refresh({
      every: 5 * minute,
      settings,
      fetch,
      notify,
      metrics,
      log,
      clock,
      random: () => random,
      collectGarbage: () => collectedAfter.push(times.length),
    }),
    ended,
  )
  return { contents: contents.slice(1), times, lines, text: metrics.text(), collectedAfter }
}

const messages = (lines: readonly unknown[]) =>
  lines.map((line) => (typeof line === 'object' && line !== null && 'message' in line ? line.message : ''))

t.test(
  'changed values are written, equal ones are not, and the pods of a rollout refresh at different times',
  async (t) => {
    const { contents, times, lines, text } = await run(t, ['first', 'second', 'second'])
    t.strictSame(contents, ['first', 'second', 'second'])
    t.strictSame(
      times.map((one) => one / minute),
      [2.5, 7.5, 12.5, 17.5],
    )
    t.strictSame(messages(lines), [
      'keeping the files up to date',
      'nothing has changed',
      'changed values were written',
      'nothing has changed',
    ])
    t.match(
      text,
      'kees_init_refreshes_total{result="unchanged"} 2\nkees_init_refreshes_total{result="changed"} 1\n',
    )
    t.match(text, `kees_init_last_change_timestamp_seconds ${7.5 * 60}\n`)
    t.match(text, `kees_init_last_refresh_timestamp_seconds ${12.5 * 60}\n`)
  },
)

t.test('garbage is collected after some refreshes, of which none is under way', async (t) => {
  const between = refreshesBetweenCollections
  const rounds = Array.from({ length: 2 * between + 1 }, () => 'first')
  const { collectedAfter } = await run(t, rounds)
  t.strictSame(collectedAfter, [between, 2 * between])
})

t.test('after any failure the old files are kept, and the next refresh tries again', async (t) => {
  const { contents, lines, text } = await run(t, ['unreachable', 'broken', 'second', 'unreachable'])
  t.strictSame(contents, ['first', 'first', 'second', 'second'])
  t.match(lines.slice(1), [
    {
      level: 'error',
      message: /the files stay as they are/,
      exitCode: 5,
      problems: [{ text: 'no answer', code: 'X' }],
    },
    { level: 'error', exitCode: 2, problems: [{ text: 'the store is broken', code: 'STORE_UNREADABLE' }] },
    { level: 'info', message: 'changed values were written' },
    { level: 'error' },
  ])
  t.match(text, 'kees_init_refreshes_total{result="failed"} 3\n')
  t.match(text, 'kees_init_refresh_failing 1\n')
})

t.test('the app is notified once of every change, and of nothing else', async (t) => {
  let calls = 0
  const notify = async () => void calls++
  const quiet = await run(t, ['first', 'first', 'unreachable'], { notify })
  t.equal(calls, 0)
  t.match(quiet.text, 'kees_init_notifications_total{result="done"} 0\n')
  const told = await run(t, ['second', 'second', 'third', 'third'], { notify })
  t.equal(calls, 2)
  t.match(told.text, 'kees_init_notifications_total{result="done"} 2\n')
})

t.test(
  'a failed notification is repeated with a growing delay, independently of the refreshes',
  async (t) => {
    const { lines, text } = await run(t, ['second', 'second', 'unreachable'], {
      notify: async () => 'no answer',
    })
    const told = messages(lines).filter((one) => String(one).startsWith('failed to notify the app'))
    // 1 + 2 + 4 + … + 32 + 60 + 60 … seconds in 15 minutes.
    t.ok(told.length > 15 && told.length < 25, `${told.length} times`)
    t.match(text, `kees_init_notifications_total{result="failed"} ${told.length}\n`)
    t.match(text, 'kees_init_refreshes_total{result="unchanged"} 1\n')
  },
)

t.test('a notification that hangs delays no refresh: a failure shows within two intervals', async (t) => {
  let calls = 0
  const notify = () => {
    calls++
    return new Promise<undefined>(() => undefined)
  }
  const { times, text } = await run(t, ['second', 'third', 'unreachable'], { notify, random: 1 })
  t.strictSame(
    times.map((one) => one / minute),
    [5, 10.5, 16, 21.5],
  )
  const [, change = 0, failure = Infinity] = times
  t.ok(failure - change <= 2 * 5 * minute)
  t.match(text, 'kees_init_refresh_failing 1\n')
  t.equal(calls, 1, 'the app gets one call at a time')
})

t.test('a change during a notification is followed by another one, even if that one fails', async (t) => {
  const ends: ((failed: string | undefined) => void)[] = []
  let calls = 0
  const notify = async () => {
    calls++
    if (calls > 1) return undefined
    return await new Promise<string | undefined>((resolve) => void ends.push(resolve))
  }
  const answers = ['second', 'third', 'third', 'third']
  const { text } = await run(t, answers, {
    notify,
    onRound: (round) => void (round === 3 && ends[0]?.('no answer')),
  })
  t.equal(calls, 2)
  t.match(text, 'kees_init_notifications_total{result="done"} 1\n')
  t.match(text, 'kees_init_notifications_total{result="failed"} 1\n')
})

t.test('a bug in a notification ends the program', async (t) => {
  const { times } = await run(t, ['second', 'second', 'second'], {
    notify: () => Promise.reject(new TypeError('a bug')),
    ended: /a bug/,
  })
  t.equal(times.length, 1)
})
