import t from 'tap'
import { exitCode } from '../api/exit-code.ts'
import { exitCodeOf, type Failure, failed, type FailureCode, failureFields, failureOf } from './failure.ts'
import { peer } from './fixtures.ts'

const codes: readonly (readonly [code: FailureCode, exit: number])[] = [
  ['MISSING', exitCode.missing],
  ['ACCESS_DENIED', exitCode.denied],
  ['CREDENTIALS_MISSING', exitCode.denied],
  ['REFUSED', exitCode.denied],
  ['THROTTLED', exitCode.unreachable],
  ['UNREACHABLE', exitCode.unreachable],
  ['BAD_ANSWER', exitCode.unreachable],
  ['ABANDONED', exitCode.unreachable],
  ['INVALID_NAME', exitCode.input],
  ['INVALID_VALUE', exitCode.input],
  ['SELECTOR_UNSUPPORTED', exitCode.input],
  ['REGION_MISSING', exitCode.usage],
  ['LISTEN_REFUSED', exitCode.usage],
  ['STORE_UNSAFE', exitCode.usage],
  ['STORE_UNREADABLE', exitCode.usage],
  ['STORE_UNWRITABLE', exitCode.output],
  ['OUTPUT_UNWRITABLE', exitCode.output],
]

for (const [code, exit] of codes) {
  const error = failed({ code, message: 'it failed', ...peer })
  t.equal(exitCodeOf(failureOf(error)), exit, `${code} ends a program with ${exit}`)
}

const failure: Failure = {
  code: 'REFUSED',
  message: 'it failed',
  hint: 'enable the key',
  detail: 'the key is disabled',
  deniedBy: 'KMS',
  role: 'app',
  service: 'SSM',
  host: 'ssm.eu-west-1.amazonaws.com',
}
t.strictSame(failureOf(failed(failure)), failure, 'an error returns the facts that it was made of')
const { message: _message, ...fields } = failure
t.strictSame(failureFields(failure), fields, 'the fields of a log line are the facts without the message')

const bugs: readonly (readonly [title: string, error: unknown])[] = [
  ['an error without cause', new Error('x')],
  ['an error with another cause', new Error('x', { cause: new Error('y') })],
  ['an error with an unknown code', new Error('x', { cause: { code: 'ENOENT' } })],
  [
    'an error with the name of an inherited property as code',
    new Error('x', { cause: { code: 'toString' } }),
  ],
  ['what is no error', { cause: { code: 'REFUSED' } }],
  ['nothing', undefined],
]

for (const [title, error] of bugs) {
  t.equal(failureOf(error), undefined, `${title} is no failure`)
  t.equal(exitCodeOf(failureOf(error)), exitCode.bug, `${title} is a bug`)
}

// The type checker goes through every place that makes one of these: without a peer, it is an error.
const message = 'it failed'
const unnamed: readonly Failure[] = [
  // @ts-expect-error it has no peer
  { code: 'ACCESS_DENIED', message },
  // @ts-expect-error it has no peer
  { code: 'BAD_ANSWER', message },
  // @ts-expect-error it has no peer
  { code: 'CREDENTIALS_REFUSED', message },
  // @ts-expect-error it has no peer
  { code: 'REFUSED', message },
  // @ts-expect-error it has no peer
  { code: 'THROTTLED', message },
  // @ts-expect-error it has no peer
  { code: 'UNREACHABLE', message },
  // @ts-expect-error it has no host
  { code: 'UNREACHABLE', message, service: 'SSM' },
]
t.equal(unnamed.length, 7, 'a failure that another program caused names it')
