import t from 'tap'
import type { Failure } from '../../runtime/failure.ts'
import { fakeIo } from '../fake-io.ts'
import { parseFlags } from '../flags/flags.ts'
import { openReport } from '../report/open-report.ts'
import { printFailures } from './print-failures.ts'

const noCredentials: Failure = { code: 'CREDENTIALS_MISSING', message: 'no credentials' }
const denied = (name: string): Failure => ({
  code: 'ACCESS_DENIED',
  message: 'access is denied',
  detail: `not on ${name}`,
  deniedBy: 'IAM',
  service: 'SSM',
  host: 'ssm.example',
})
const names = (count: number) => Array.from({ length: count }, (_, index) => `/p${index + 1}`)

const rows: readonly (readonly [
  title: string,
  failures: Parameters<typeof printFailures>[0],
  said: string,
])[] = [
  ['nothing', [], ''],
  [
    'one failure of one parameter',
    [{ parameters: ['/a'], failure: denied('/a') }],
    'error: /a: access is denied\n  not on /a\n',
  ],
  [
    'one failure of several parameters is said once',
    names(3).map((name) => ({ parameters: [name], failure: noCredentials })),
    'error: no credentials\n  about 3 parameters: /p1, /p2, /p3\n',
  ],
  [
    'of many, the first are named',
    names(12).map((name) => ({ parameters: [name], failure: denied(name) })),
    'error: access is denied\n  about 12 parameters: /p1, /p2, /p3, /p4, /p5, /p6, /p7, /p8, /p9, /p10 and 2 more\n  not on /p1\n',
  ],
  [
    'failures that differ, also by who denied access, are printed separately',
    [
      { parameters: ['/a'], failure: noCredentials },
      { parameters: ['/b'], failure: denied('/b') },
      { parameters: ['/c'], failure: { ...denied('/c'), deniedBy: 'KMS' } },
      { parameters: ['/d', '/a'], failure: noCredentials },
    ],
    'error: no credentials\n  about 2 parameters: /a, /d\nerror: /b: access is denied\n  not on /b\nerror: /c: access is denied\n  not on /c\n',
  ],
]
for (const [title, failures, said] of rows) {
  const io = fakeIo()
  printFailures(failures, openReport(io, parseFlags([], {})).io)
  t.equal(io.said(), said, title)
}
