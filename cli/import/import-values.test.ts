/** Interrupted at any call, and repeated; conflicts; what the store refuses half-way. */
import t from 'tap'
import { failed, type FailureCode } from '../../runtime/failure.ts'
import { memoryStore, peer } from '../../runtime/fixtures.ts'
import { secretValue } from '../../runtime/secret-value.ts'
import type { ParameterStore } from '../../runtime/store/parameter-store.ts'
import { importValues, type ImportMode } from './import-values.ts'
import type { ImportedValue } from './plan-import.ts'

const value = (parameter: string, text = `value of ${parameter}`): ImportedValue => ({
  parameter,
  value: secretValue(text),
})
const units = [
  [value('/k_private'), value('/k_public')],
  ...Array.from({ length: 23 }, (_, index) => [value(`/p${index}`)]),
]
const all = Object.fromEntries(units.flat().map((one) => [one.parameter, one.value.reveal()]))

function storeWith(existing: Readonly<Record<string, string>> = {}) {
  const made = memoryStore()
  for (const [name, text] of Object.entries(existing)) made.stored.set(name, text)
  return made
}

async function run(
  store: ParameterStore,
  mode: ImportMode = 'import',
  given: readonly (readonly ImportedValue[])[] = units,
) {
  const announced: number[][] = []
  let time = 0
  const rows = await importValues(store, given, {
    mode,
    clock: { now: () => time, sleep: async (wait) => void (time += wait) },
    announce: (...counts) => void announced.push(counts),
    progress: () => undefined,
  })
  return { rows: rows.map(({ parameter, result }) => `${parameter} ${result}`), announced, time }
}

await t.test('interrupted before and after every call and repeated, it stores each value once', async (t) => {
  for (let call = 0; ; call++) {
    for (const after of [false, true]) {
      const { store, stored } = storeWith()
      const stopped = new Error('killed')
      let calls = 0
      const interrupting =
        <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
        async (...args: A): Promise<R> => {
          const isLast = calls++ === call
          if (isLast && !after) throw stopped
          const result = await work(...args)
          if (isLast) throw stopped
          return result
        }
      const { get, exists, create, replace } = store
      const fragile = {
        peer: store.peer,
        get: interrupting(get),
        exists: interrupting(exists),
        create: interrupting(create),
        replace,
      }
      const ended = await run(fragile).then(
        () => true,
        (error) => (t.equal(error, stopped), false),
      )
      t.strictSame(
        [...stored].filter(([name, text]) => text !== all[name]),
        [],
      )
      const { rows } = await run(store)
      t.strictSame(Object.fromEntries(stored), all, `call ${call}`)
      t.strictSame(
        rows.filter((row) => !/ (stored|exists)$/.test(row)),
        [],
      )
      t.strictSame(
        (await run(store, 'check')).rows.filter((row) => !row.endsWith(' exists')),
        [],
      )
      if (ended) return t.ok(call > units.length)
    }
  }
})

await t.test('what exists with another value is kept, and the others are stored', async (t) => {
  const { store, stored } = storeWith({ '/k_private': 'other', '/p0': 'other', '/p1': all['/p1'] ?? '' })
  const { rows, announced } = await run(store)
  t.strictSame(rows.slice(0, 5), [
    '/k_private differs',
    '/k_public not stored',
    '/p0 differs',
    '/p1 exists',
    '/p2 stored',
  ])
  t.strictSame(announced, [[22, 3]])
  const { '/k_public': _public, ...others } = all
  t.strictSame(Object.fromEntries(stored), { ...others, '/k_private': 'other', '/p0': 'other' })
})

await t.test('a dry run and a check store nothing', async (t) => {
  const { store, stored } = storeWith({ '/p0': 'other', '/p1': all['/p1'] ?? '' })
  const given = [[value('/p0')], [value('/p1')], [value('/p2')]]
  t.strictSame((await run(store, 'dry-run', given)).rows, [
    '/p0 differs',
    '/p1 exists',
    '/p2 would be stored',
  ])
  t.strictSame((await run(store, 'check', given)).rows, ['/p0 differs', '/p1 exists', '/p2 missing'])
  t.equal(stored.size, 2)
})

const refusing = (
  store: ParameterStore,
  code: FailureCode,
  refuses: (name: string, call: number) => boolean,
) => {
  let call = 0
  const create: ParameterStore['create'] = async (name, ...rest) => {
    if (refuses(name, call++)) throw failed({ code, message: 'refused', ...peer })
    return store.create(name, ...rest)
  }
  return { ...store, create }
}

await t.test('a denial half-way stops nothing but the parts that follow it', async (t) => {
  const { store, stored } = storeWith()
  const denied = refusing(store, 'ACCESS_DENIED', (name) => name === '/k_private' || name === '/p5')
  const { rows } = await run(denied)
  t.strictSame(
    rows.filter((row) => !row.endsWith(' stored') || row.endsWith('not stored')),
    ['/k_private failed', '/k_public not stored', '/p5 failed'],
  )
  t.equal(stored.size, 22)
  await run(store)
  t.strictSame(Object.fromEntries(stored), all)
})

await t.test('what is throttled is tried again, for about a minute', async (t) => {
  const { store, stored } = storeWith()
  t.match(await run(refusing(store, 'THROTTLED', (_, call) => call % 3 === 0)), { rows: { length: 25 } })
  t.strictSame(Object.fromEntries(stored), all)
  const { rows, time } = await run(
    refusing(storeWith().store, 'THROTTLED', () => true),
    'import',
    [[value('/a')]],
  )
  t.strictSame({ rows, time }, { rows: ['/a failed'], time: 63_000 })
})

await t.test('a store that is not reached any more is not called for each of the rest', async (t) => {
  let calls = 0
  const { rows } = await run(
    refusing(storeWith().store, 'UNREACHABLE', (_, call) => ((calls = call), call >= 10)),
  )
  t.equal(
    rows.filter((row) => row.endsWith('failed')).length +
      rows.filter((row) => row.endsWith('not stored')).length,
    15,
  )
  t.ok(calls < 14, `${calls}`)
})

await t.test('a value that may not be read is not compared', async (t) => {
  const { store } = storeWith({ '/p0': 'x' })
  const blind: ParameterStore = {
    ...store,
    get: async () => {
      throw failed({ code: 'ACCESS_DENIED', message: 'denied', ...peer })
    },
  }
  t.strictSame((await run(blind, 'import', [[value('/p0')], [value('/p1')]])).rows, [
    '/p0 not compared',
    '/p1 stored',
  ])
})

await t.test('a response that was lost is found by comparing', async (t) => {
  const { store, stored } = storeWith()
  const lossy: ParameterStore = {
    ...store,
    create: async (name, ...rest) => {
      await store.create(name, ...rest)
      return { outcome: 'exists', attempts: 2 }
    },
  }
  t.strictSame((await run(lossy, 'import', [[value('/p0')]])).rows, ['/p0 exists'])
  t.equal(stored.get('/p0'), all['/p0'])
})
