import t from 'tap'
import { formatRecords, type InjectionRecord, parseRecords } from './injection-record.ts'

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

t.test('nothing is written for lists that were not there', async (t) => {
  t.notMatch(formatRecords(new Map([['', { ...record, empty: {} }]])), 'empty')
})

const forged: readonly (readonly [title: string, record: object])[] = [
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
