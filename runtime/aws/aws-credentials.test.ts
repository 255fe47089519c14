import t from 'tap'
import {
  type Credentials,
  keepCredentials,
  noCredentials,
  parseCredentials,
  type Rejection,
} from './aws-credentials.ts'
import { failureOf } from '../failure.ts'

const minute = 60_000

function source(lifetime?: number) {
  const state = { now: 0, asked: 0, fails: false }
  const get = keepCredentials(
    async (): Promise<Credentials> => {
      state.asked++
      if (state.fails) throw new Error('none')
      const expiration = lifetime === undefined ? {} : { expiration: new Date(state.now + lifetime) }
      return { accessKeyId: `AKID${state.asked}`, secretAccessKey: 'fakesecret', ...expiration }
    },
    () => state.now,
  )
  return {
    state,
    key: async () => (await get()).accessKeyId,
    rejected: (why: Rejection = 'refused') => get.rejected?.(why),
  }
}

t.test('credentials are cached until five minutes before they expire', async (t) => {
  const { state, key } = source(15 * minute)
  t.strictSame(await Promise.all([key(), key(), key()]), ['AKID1', 'AKID1', 'AKID1'], 'requested once')
  state.now = 10 * minute - 1
  t.equal(await key(), 'AKID1')
  state.now = 10 * minute
  t.strictSame(await Promise.all([key(), key()]), ['AKID2', 'AKID2'], 'and renewed once')
})

t.test('credentials without expiration are cached forever', async (t) => {
  const { state, key } = source()
  await key()
  state.now = 1e12
  t.equal(await key(), 'AKID1')
})

t.test('when renewal fails, the old credentials are used until they expire', async (t) => {
  const { state, key } = source(15 * minute)
  await key()
  state.fails = true
  state.now = 11 * minute
  t.strictSame(await Promise.all([key(), key()]), ['AKID1', 'AKID1'])
  t.equal(state.asked, 2)
  state.now += 20_000
  t.equal(await key(), 'AKID1')
  t.equal(state.asked, 2, 'not requested again at once')
  state.now = 15 * minute
  await t.rejects(key(), { message: 'none' })
  state.fails = false
  t.equal(await key(), 'AKID4')
})

t.test('rejected credentials are fetched again', async (t) => {
  const { key, rejected } = source(60 * minute)
  await key()
  // Calls that ran at the same time are rejected together.
  rejected()
  rejected()
  t.strictSame(await Promise.all([key(), key()]), ['AKID2', 'AKID2'])
  t.equal(await key(), 'AKID2', 'once for all of them')
})

t.test('credentials without expiration are fetched again too', async (t) => {
  const { key, rejected } = source()
  await key()
  rejected()
  t.equal(await key(), 'AKID2')
})

for (const [why, longest] of [
  ['refused', minute],
  ['denied', 10 * minute],
] as const) {
  t.test(`what is ${why} for good is fetched again ever more seldom`, async (t) => {
    const { state, key, rejected } = source(48 * 60 * minute)
    for (; state.now < 24 * 60 * minute; state.now += 1000) {
      await key()
      rejected(why)
    }
    t.ok(state.asked < (24 * 60 * minute) / longest + 15, `${state.asked} times`)
    state.now += 3 * longest
    await key()
    const asked = state.asked
    rejected(why)
    await key()
    t.equal(state.asked, asked + 1, 'after a long time in order, at once')
  })
}

t.test(
  'a parameter that is denied again and again does not delay the renewal of revoked credentials',
  async (t) => {
    const { state, key, rejected } = source(48 * 60 * minute)
    for (; state.now < 60 * minute; state.now += 1000) {
      await key()
      rejected('denied')
    }
    const before = await key()
    rejected('refused')
    t.not(await key(), before)
  },
)

t.test('if new credentials cannot be fetched, the rejected ones are kept', async (t) => {
  const { state, key, rejected } = source(60 * minute)
  await key()
  state.fails = true
  rejected()
  t.equal(await key(), 'AKID1', 'they may serve for other parameters')
})

t.test('credentials that look expired are used for a minute: the clock may be ahead', async (t) => {
  const { state, key } = source(-120 * minute)
  for (; state.now < 10 * minute; state.now += 1000) await key()
  t.equal(state.asked, 10, 'one request a minute')
})

t.test('a failure is not cached', async (t) => {
  const { state, key } = source(minute)
  state.fails = true
  await t.rejects(Promise.all([key(), key()]), { message: 'none' })
  t.equal(state.asked, 1)
  state.fails = false
  t.equal(await key(), 'AKID2')
})

const answers: readonly (readonly [title: string, json: string, read: object | undefined])[] = [
  [
    'all of it',
    '{"AccessKeyId":"A","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z","Code":"Success"}',
    {
      accessKeyId: 'A',
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: new Date('2099-01-01T00:00:00Z'),
    },
  ],
  [
    'no token, no end',
    '{"AccessKeyId":"A","SecretAccessKey":"s"}',
    { accessKeyId: 'A', secretAccessKey: 's' },
  ],
  [
    'an end that is no time',
    '{"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"soon"}',
    { accessKeyId: 'A', secretAccessKey: 's' },
  ],
  ['a failure', '{"Code":"AssumeRoleUnauthorizedAccess","Message":"no"}', undefined],
  ['half an answer', '{"AccessKeyId":"A","SecretAcc', undefined],
  ['a line end in the key', '{"AccessKeyId":"A\\n","SecretAccessKey":"s"}', undefined],
  ['a line end in the token', '{"AccessKeyId":"A","SecretAccessKey":"s","Token":"t\\r"}', undefined],
  [
    'an empty token',
    '{"AccessKeyId":"A","SecretAccessKey":"s","Token":""}',
    { accessKeyId: 'A', secretAccessKey: 's' },
  ],
  ['a list', '[]', undefined],
  ['nothing', 'null', undefined],
]
for (const [title, json, read] of answers) t.strictSame(parseCredentials(json), read, `an answer: ${title}`)

t.match(failureOf(noCredentials('the endpoint', 'it answered 500')), {
  code: 'CREDENTIALS_MISSING',
  message: 'no AWS credentials: the endpoint returned none',
  detail: 'it answered 500',
})
