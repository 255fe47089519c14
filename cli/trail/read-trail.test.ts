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
const reads = [['/shop/a', '/b', '/c'], ['/shop/d'], ['/team'], ['rds!cluster-1']]

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
    t.strictSame(trail.coverage, [
      {
        account: '111122223333',
        region: 'eu-west-1',
        from: Date.parse('2026-01-02T03:04:05Z'),
        to: Date.parse('2026-01-03T00:00:00Z'),
        events: 6,
        reads: 3,
        unnamed: 1,
      },
    ])
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
  [
    'events of --query',
    '{"Events":[{"EventName":"GetParameter"}]}',
    /event 1 of Events has no CloudTrailEvent/,
  ],
  [
    'an event that is no JSON',
    '{"Events":[{"CloudTrailEvent":"x"}]}',
    /event 1 of Events has no CloudTrailEvent/,
  ],
  ['a page of Events', '{"Events":[],"NextToken":"x"}', /is incomplete: it has NextToken/],
  ['a page of Records', '{"Records":[],"NextToken":"x"}', /is incomplete: it has NextToken/],
  ['a compressed file', '\u001f', /has no events|compressed/],
]
for (const [title, text, said] of wrong)
  t.test(`${title} is an error`, async (t) => {
    const { diagnostics } = await trailOf(join(t.testdir({ 'a.json': text }), 'a.json'))
    t.match(diagnostics, [{ message: said }])
  })

const unreadable: readonly (readonly [title: string, record: unknown, said: string])[] = [
  ['null', null, 'is not a JSON object'],
  ['without a time', event('GetParameters', { names: ['/a'] }, { eventTime: undefined }), 'has no eventTime'],
  [
    'with another time',
    event('GetParameters', { names: ['/a'] }, { eventTime: '1' }),
    'has an eventTime that is not a time, such as 2026-01-02T03:04:05Z',
  ],
  [
    'without its place',
    event('PutParameter', {}, { awsRegion: 1, recipientAccountId: null, userIdentity: null }),
    'has no awsRegion, recipientAccountId',
  ],
  ['without a source', event('GetParameters', { names: ['/a'] }, { eventSource: '' }), 'has no eventSource'],
  ...[null, {}, { names: [] }, { names: ['/a', 1] }, { names: '' }].map(
    (asked) =>
      [
        `with parameters ${JSON.stringify(asked)}`,
        event('GetParameters', asked),
        'is a GetParameters that does not name what it reads',
      ] as const,
  ),
  [
    'of a secret without a name',
    event('GetSecretValue', { name: 'a' }, { eventSource: 'secretsmanager.amazonaws.com' }),
    'is a GetSecretValue that does not name what it reads',
  ],
]
t.test('all events that cannot be read are named, and none is left out silently', async (t) => {
  const folder = t.testdir({
    'a.json': JSON.stringify({ Records: [records[0], ...unreadable.map(([, record]) => record)] }),
    'many.json': JSON.stringify({ Records: Array.from({ length: 30 }, () => null) }),
  })
  const file = join(folder, 'a.json')
  const { diagnostics, trail } = await trailOf(file)
  t.strictSame(
    diagnostics.map(({ message }) => message),
    unreadable.map(([, , said], index) => `${file}: event ${index + 2} of Records ${said}`),
  )
  t.strictSame(trail.events, [], 'all or nothing')
  const many = await trailOf(join(folder, 'many.json'))
  t.match(many.diagnostics.at(-1), { message: /: 10 more events cannot be read$/ })
  t.equal(many.diagnostics.length, 21)
})

t.test('what is covered is known for each account and region', async (t) => {
  const others = [
    event('DescribeParameters', null, { awsRegion: 'us-east-1', eventTime: '2026-05-01T00:00:00Z' }),
    event('GetParameter', { name: '/a' }, { recipientAccountId: '999999999999' }),
  ]
  const folder = t.testdir({ 'a.json': JSON.stringify({ Records: [...records, ...others] }) })
  const { trail } = await trailOf(join(folder, 'a.json'))
  t.strictSame(
    trail.coverage.map(({ account, region, reads: count }) => [account, region, count]),
    [
      ['111122223333', 'eu-west-1', 3],
      ['111122223333', 'us-east-1', 0],
      ['999999999999', 'eu-west-1', 1],
    ],
  )
})

t.test('a folder with compressed files is an error: what is left out would look unused', async (t) => {
  const { diagnostics } = await trailOf(t.testdir({ 'a.json': '{"Records":[]}', 'b.json.gz': 'x' }))
  t.match(diagnostics, [{ message: /is compressed/, hint: /gunzip -r/ }])
})
