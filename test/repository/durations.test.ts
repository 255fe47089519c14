/** `npm test` measures its jobs, and starts those first that took longest the last time. */
import { globSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../../scripts/bundle.ts'
import { runCommand } from '../../scripts/run-command.mjs'
import {
  formatMostExpensive,
  laneOf,
  longestFirst,
  readDurations,
  writeDurations,
} from '../../scripts/tests/durations.ts'
import { ProcessorTime } from '../../scripts/tests/processor-time.ts'

t.setTimeout(300_000)

const titles = (jobs: readonly { readonly title: string }[]) => jobs.map(({ title }) => title)
const jobs = ['short', 'waiting files with a control plane', 'long', 'test/node/'].map((title) => ({ title }))

t.test('files that mostly wait have a lane of their own, and each of them exists', async (t) => {
  const files = globSync('test/**/*.test.ts', { cwd: root })
  const waiting = files.filter((file) => laneOf(file) === 'waiting')
  for (const name of ['able-leader', 'faults', 'kill', 'leader', 'outages', 'pages', 'people'])
    t.ok(waiting.includes(`test/creator/${name}.test.ts`), name)
  t.equal(laneOf('test/node/'), 'waiting')
  t.equal(laneOf('waiting files with a control plane'), 'waiting')
  t.equal(laneOf('files with a control plane'), 'tests')
  t.equal(laneOf('test/iam/stability-moto.test.ts'), 'tests')
})

t.test('the longest of the last run is first; of a first run, those that are usually long', (t) => {
  const file = join(t.testdir(), 'durations.json')
  t.strictSame(titles(longestFirst(jobs, readDurations(file))), [
    'test/node/',
    'waiting files with a control plane',
    'short',
    'long',
  ])
  const all = ['short', 'waiting files with a control plane', 'long', 'test/node/'].map(
    (title, index) => [title, { wall: [1, 20, 90, 50][index] ?? 0, processor: index }] as const,
  )
  writeDurations(file, new Map(), new Map(all))
  writeDurations(file, readDurations(file), new Map([['short', { wall: 2, processor: 9 }]]))
  const known = readDurations(file)
  t.strictSame(titles(longestFirst(jobs, known)), [
    'long',
    'test/node/',
    'waiting files with a control plane',
    'short',
  ])
  t.equal(formatMostExpensive(known, 2), '   2.0 s    9.0 s CPU  short\n  50.0 s    3.0 s CPU  test/node/\n')
  t.end()
})

t.test('the processor time of a command contains that of the commands that it ran', async (t) => {
  const time = new ProcessorTime()
  time.take()
  const seen: number[] = []
  const run = (command: string, ...args: readonly string[]) =>
    runCommand(command, args, { stdio: 'ignore', onExit: () => void seen.push(time.take()) })
  const busy = 'while (process.cpuUsage().user < 300_000);'
  await run('sh', '-c', '"$0" -e "$1"; true', process.execPath, busy)
  await run('true')
  const [first = 0, second = 0] = seen
  // Only Linux reports it.
  t.ok(first >= (process.platform === 'linux' ? 0.25 : 0), `${first} s`)
  t.ok(second <= first, `then ${second} s`)
  t.ok(time.total >= first + second)
})
