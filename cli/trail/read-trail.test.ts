import { join } from 'node:path'
import t from 'tap'
import { readTrail } from './read-trail.ts'

/** As in https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
const identity = {
  type: 'AssumedRole',
  principalId: 'AROAEXAMPLE:session',
  arn: 'arn:aws:sts::111122223333:assumed-role/cluster-app-role/session',
  accountId: '111122223333',
  accessKeyId: 'ASIAEXAMPLE',
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROAEXAMPLE',
      arn: 'arn:aws:iam::111122223333:role/path/cluster-app-role',
      accountId: '111122223333',
      userName: 'cluster-app-role',
    },
  },
}
const event = (eventName: string, requestParameters: object | null, more: object = {}) => ({
  eventVersion: '1.08',
  userIdentity: identity,
  eventTime: '2026-01-02T03:04:05Z',
  eventSource: 'ssm.amazonaws.com',
  eventName,
  awsRegion: 'eu-west-1',
  requestParameters,
  responseElements: null,
  recipientAccountId: '111122223333',
  ...more,
})
const records = [
  event('GetParameters', { names: ['/shop/a', 'b:3', '/c:label'], withDecryption: true }),
  event('GetParameter', { name: 'arn:aws:ssm:eu-west-1:111122223333:parameter/shop/d' }),
  event('GetParametersByPath', { path: '/team', recursive: true }, { errorCode: 'AccessDenied' }),
  event('PutParameter', { name: '/shop/e' }, { eventTime: '2026-01-03T00:00:00Z' }),
  event('GetSecretValue', { secretId: 'rds!cluster-1' }, { eventSource: 'secretsmanager.amazonaws.com' }),
  event('GetParameters', null, { errorCode: 'ThrottlingException' }),
]
const reads = [['/shop/a', '/b', '/c'], ['/shop/d'], ['/team'], ['rds!cluster-1'], []]

const trailOf = (...names: readonly string[]) =>
  readTrail({ operands: [], values: new Map([['trail', names]]), diagnostics: [] })

t.test('both formats of AWS, and a folder', async (t) => {
  const folder = t.testdir({
    'delivered.json': JSON.stringify({ Records: records }),
    'looked-up.json': JSON.stringify({
      Events: records.map((one) => ({
        EventId: 'e',
        EventName: one.eventName,
        EventTime: 1767323045,
        Username: 'session',
        Resources: [],
        CloudTrailEvent: JSON.stringify(one),
      })),
    }),
    deep: { '2026': { 'one.json': JSON.stringify({ Records: records }), 'note.txt': 'x' } },
  })
  for (const name of ['delivered.json', 'looked-up.json', 'deep']) {
    const { trail, diagnostics } = await trailOf(join(folder, name))
    t.strictSame(diagnostics, [])
    t.strictSame(
      trail.events.map((one) => one.reads.map((read) => read.name)),
      reads,
    )
    t.match(trail.events[0], {
      caller: 'cluster-app-role',
      isRole: true,
      isDenied: false,
      region: 'eu-west-1',
    })
    t.equal(trail.events[2]?.isDenied, true)
    t.strictSame(trail.period, {
      from: Date.parse('2026-01-02T03:04:05Z'),
      to: Date.parse('2026-01-03T00:00:00Z'),
    })
  }
})

t.test('a caller without a role is its ARN', async (t) => {
  const arn = 'arn:aws:iam::111122223333:user/alice'
  const folder = t.testdir({
    'a.json': JSON.stringify({
      Records: [event('GetParameter', { name: '/a' }, { userIdentity: { type: 'IAMUser', arn } })],
    }),
  })
  t.match((await trailOf(join(folder, 'a.json'))).trail.events, [{ caller: arn, isRole: false }])
})

const wrong: readonly (readonly [title: string, text: string, said: RegExp])[] = [
  ['no JSON', 'Records', /has no events of CloudTrail/],
  ['other JSON', '{"items":[]}', /has no events of CloudTrail/],
  ['events of --query', '{"Events":[{"EventName":"GetParameter"}]}', /without its CloudTrailEvent/],
  ['an event that is no JSON', '{"Events":[{"CloudTrailEvent":"x"}]}', /without its CloudTrailEvent/],
  ['a compressed file', '\u001f', /has no events|compressed/],
]
for (const [title, text, said] of wrong)
  t.test(`${title} is an error`, async (t) => {
    const { diagnostics } = await trailOf(join(t.testdir({ 'a.json': text }), 'a.json'))
    t.match(diagnostics, [{ message: said }])
  })

t.test('a folder with compressed files is an error: what is left out would look unused', async (t) => {
  const { diagnostics } = await trailOf(t.testdir({ 'a.json': '{"Records":[]}', 'b.json.gz': 'x' }))
  t.match(diagnostics, [{ message: /is compressed/, hint: /gunzip -r/ }])
})
