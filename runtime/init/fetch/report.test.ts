import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { exitCode } from '../../../api/exit-code.ts'
import { openLog } from '../../log.ts'
import { type InitDiagnostic, report, terminationMessage } from './report.ts'

const missing = (name: string): InitDiagnostic => ({
  exit: exitCode.missing,
  message: `parameter ${name}: does not exist`,
})

t.equal(terminationMessage([missing('/a')]), 'parameter /a: does not exist', 'one Diagnostic is one line')
t.equal(
  terminationMessage([missing('/a'), missing('/b')]),
  'parameter /a: does not exist\nparameter /b: does not exist',
  'each Diagnostic has a line',
)

t.test('a message that is too long keeps whole lines and the number of omitted lines', async (t) => {
  const diagnostics = Array.from({ length: 500 }, (_, index) => missing(`/team-h\u00e9/parameter-${index}`))
  const message = terminationMessage(diagnostics)
  t.ok(Buffer.byteLength(message) <= 4096)
  t.ok(Buffer.byteLength(message) > 3900, 'and uses the room there is')
  const lines = message.split('\n')
  t.ok(lines.slice(0, -1).every((line, index) => line === diagnostics[index]?.message))
  t.equal(lines.at(-1), `and ${500 - (lines.length - 1)} more: see the log`)
})

const brief = (name: string, cause = 'not in the store'): InitDiagnostic => ({
  exit: exitCode.missing,
  message: `annotation of ${name}: parameter ${name}: ${'a long explanation '.repeat(5)}`,
  brief: { cause, what: name },
})

t.test('if not all diagnostics fit, those with the same cause share a line', async (t) => {
  const names = Array.from({ length: 60 }, (_, index) => `/team/parameter-${index}`)
  const diagnostics = [...names.map((name) => brief(name)), missing('/a'), brief('/b', 'denied to role app')]
  t.equal(
    terminationMessage(diagnostics),
    `not in the store: ${names.join(', ')}\nparameter /a: does not exist\ndenied to role app: /b`,
  )
  t.match(terminationMessage(diagnostics.slice(0, 3)), /long explanation/, 'where there is room, they do not')
})

t.test('of more than fits even so, the rest is counted, and every cause is named', async (t) => {
  const names = Array.from({ length: 600 }, (_, index) => `/team-h\u00e9/parameter-${index}`)
  const message = terminationMessage([brief('/b', 'denied'), ...names.map((name) => brief(name))])
  t.ok(Buffer.byteLength(message) <= 4096)
  t.ok(Buffer.byteLength(message) > 3900, 'and uses the room there is')
  const [first, second = '', last] = message.split('\n')
  t.equal(first, 'denied: /b')
  const shown = second.replace('not in the store: ', '').split(', ')
  t.strictSame(shown, names.slice(0, shown.length))
  t.equal(last, `and ${600 - shown.length} more: see the log`)
})

t.equal(
  terminationMessage([missing('x'.repeat(5000))]),
  'and 1 more: see the log',
  'a line that does not fit is left out',
)

t.equal(
  terminationMessage([
    { exit: 4, message: 'no right to arn:aws:ssm:eu-west-1:111122223333:parameter/a, ask' },
  ]),
  'no right to <arn> ask',
  'an ARN is not shown to all who may see a pod',
)

async function reported(diagnostics: readonly InitDiagnostic[], path: string) {
  const lines: string[] = []
  const exit = await report(
    diagnostics,
    openLog('info', (line) => lines.push(line)),
    path,
  )
  return { exit, lines: lines.map((line): unknown => JSON.parse(line)) }
}

t.test('everything is reported once, and the exit code is that of the first thing to fix', async (t) => {
  const path = join(
    t.testdir({ log: 'left over from before, and longer than what is written now'.repeat(3) }),
    'log',
  )
  const diagnostics = [
    missing('/a'),
    {
      exit: exitCode.denied,
      message: 'parameter /b: access is denied',
      fields: { code: 'ACCESS_DENIED', detail: 'arn:aws:x' },
    },
  ]
  const { exit, lines } = await reported(diagnostics, path)
  t.equal(exit, exitCode.denied)
  t.match(lines, [
    {
      level: 'error',
      message: 'init failed',
      exitCode: 4,
      problems: [
        { text: 'parameter /a: does not exist' },
        { text: 'parameter /b: access is denied', code: 'ACCESS_DENIED', detail: 'arn:aws:x' },
      ],
    },
  ])
  t.equal(lines.length, 1)
  t.equal(await readFile(path, 'utf8'), 'parameter /a: does not exist\nparameter /b: access is denied')
})

t.test('without diagnostics nothing is printed', async (t) => {
  const path = join(t.testdir({ log: '' }), 'log')
  t.strictSame(await reported([], path), { exit: exitCode.done, lines: [] })
  t.equal(await readFile(path, 'utf8'), '')
})

t.test('a termination log that does not exist is not made', async (t) => {
  const path = join(t.testdir(), 'log')
  t.equal((await reported([missing('/a')], path)).exit, exitCode.missing)
  t.notOk(existsSync(path))
})

t.test('one that cannot be written is a warning', async (t) => {
  const path = join(t.testdir(), 'log')
  await mkdir(path)
  const { exit, lines } = await reported([missing('/a')], path)
  t.equal(exit, exitCode.missing)
  t.match(lines[1], { level: 'warn', message: 'cannot write the termination message', reason: /EISDIR/ })
  await writeFile(join(path, 'file'), '')
})
