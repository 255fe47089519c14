import t from 'tap'
import { type LogLevel, logLevels } from '../api/settings/log-level.ts'
import { openLog } from './log.ts'
import { secretValue } from './secret-value.ts'

const at = new Date('2026-01-31T12:00:00.000Z')

function linesAt(level: LogLevel): unknown[] {
  const lines: string[] = []
  const log = openLog(
    level,
    (line) => lines.push(line),
    { pod: 'app-1' },
    () => at,
  )
  for (const one of logLevels) log[one]('it happened', { count: 2 })
  return lines.map((line) => JSON.parse(line))
}

const shown: readonly (readonly [level: LogLevel, levels: readonly LogLevel[]])[] = [
  ['debug', ['debug', 'info', 'warn', 'error']],
  ['info', ['info', 'warn', 'error']],
  ['warn', ['warn', 'error']],
  ['error', ['error']],
]

for (const [level, levels] of shown) {
  t.strictSame(
    linesAt(level),
    levels.map((one) => ({
      time: at.toISOString(),
      level: one,
      message: 'it happened',
      pod: 'app-1',
      count: 2,
    })),
    `LOG_LEVEL ${level} shows ${levels.join(', ')}`,
  )
}

await t.test('a line is one line, keeps its own fields and shows no value', async (test) => {
  const lines: string[] = []
  const log = openLog(
    'info',
    (line) => lines.push(line),
    {},
    () => at,
  )
  log.info('two\nlines', { level: 'forged', message: 'forged', value: secretValue('fakepassword') })
  test.strictSame(lines, [
    '{"time":"2026-01-31T12:00:00.000Z","level":"info","message":"two\\nlines","value":"<redacted>"}\n',
  ])
})
