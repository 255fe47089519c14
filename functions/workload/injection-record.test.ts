import t from 'tap'
import { formatRecords, type InjectionRecord, parseRecords, recordedVariables } from './injection-record.ts'

const record: InjectionRecord = {
  container: 'init',
  refresher: 'refresh',
  volumes: ['s', 'a'],
  mounts: ['app'],
  containers: ['app'],
  empty: { volumes: ' []', annotations: '', 'volumeMounts/app': ' null' },
}

t.test('a record is parsed as it was formatted', async (t) => {
  const single = new Map([['', record]])
  t.strictSame(parseRecords(formatRecords(single)).value, single)
  const several = new Map([
    ['a', record],
    ['b', { container: 'init', volumes: [], mounts: [] }],
  ])
  t.strictSame(parseRecords(formatRecords(several)).value, several)
})

t.test('a record with variables is one that an older inject-init does not accept', async (t) => {
  const withEnv = { ...record, volumes: ['s', 'a', 'e'], env: { app: ['A', 'B'] } }
  const text = formatRecords(new Map([['', withEnv]]))
  t.match(JSON.parse(text), { volumes: { secret: 's', annotations: 'a', env: 'e' } })
  t.strictSame(parseRecords(text).value?.get(''), withEnv)
  t.strictSame(recordedVariables(withEnv, 'app'), ['A', 'B'])
  t.strictSame(recordedVariables(withEnv, 'constructor'), [])
  t.strictSame(recordedVariables(record, 'constructor'), [])
})

t.test('a field that is not known is of a newer inject-init', async (t) => {
  t.match(parseRecords(JSON.stringify({ ...record, ports: {} })).diagnostics, [
    { message: /"ports" is not known: a newer inject-init wrote this record$/ },
  ])
})

t.test('nothing is written for lists that were not there', async (t) => {
  t.notMatch(formatRecords(new Map([['', { ...record, empty: {} }]])), 'empty')
})

const forged: readonly (readonly [title: string, record: object])[] = [
  ['two of three volumes by name', { ...record, volumes: { secret: 's', annotations: 'a' } }],
  ['four volumes by name', { ...record, volumes: { secret: 's', annotations: 'a', env: 'e', more: 'm' } }],
  ['a variable without a name', { ...record, env: { app: [1] } }],
  ['another container', { ...record, container: 1 }],
  ['no names', { ...record, mounts: [1] }],
  ['an empty list with an item', { ...record, empty: { volumes: ' [{}]' } }],
  ['a value that is not empty', { ...record, empty: { volumes: ' []\nhostNetwork: true' } }],
  ['a comment', { ...record, empty: { volumes: ' # []' } }],
  ['a number', { ...record, empty: { volumes: 1 } }],
  ['a list', { ...record, empty: [' []'] }],
]
for (const [title, value] of forged) {
  t.test(`a record that inject-init does not write is an error: ${title}`, async (t) => {
    t.match(parseRecords(JSON.stringify(value)).diagnostics, [{ message: /is not a record of inject-init$/ }])
  })
}
