/** What every ParameterStore does, checked on each of them. */
import { inspect } from 'node:util'
import type { Test } from 'tap'
import { failureOf } from '../failure.ts'
import { maxNamesPerCall, type ParameterStore } from './parameter-store.ts'
import { secretValue } from '../secret-value.ts'

const existed = { outcome: 'exists', attempts: 1 } as const
const about = { description: 'made by a test' }

const values: readonly (readonly [title: string, value: string])[] = [
  ['a word', 'fakepassword'],
  ['spaces at both ends', '  inner  and outer  '],
  ['several lines', 'first\nsecond\r\nthird\n'],
  ['a tab, a quote and a backslash', '\t"\\'],
  ['letters beyond ASCII and beyond 16 bits', 'h\u00e9 \u4f60\u597d \u{1f511}'],
  ['4,096 characters', 'k'.repeat(4096)],
  ['JSON', '{"Value":"x"}'],
]

/** @param makeStore an empty store at each call, or one in which nothing begins with the name's prefix. */
export async function runParameterStoreContract(
  suite: Test,
  name: string,
  makeStore: () => { readonly store: ParameterStore; readonly prefix: string },
): Promise<void> {
  await suite.test(`${name}: what was created is read back`, async (test) => {
    const { store, prefix } = makeStore()
    for (const [index, [title, value]] of values.entries()) {
      const parameter = `${prefix}/value-${index}`
      const created = await store.create(parameter, secretValue(value), about)
      test.match(created, { outcome: 'created', version: 1 }, `${title}: created`)
      const { found, missing } = await store.get([{ name: parameter }])
      test.strictSame([found[0]?.ref, found[0]?.version], [{ name: parameter }, 1], `${title}: found`)
      test.equal(found[0]?.value.reveal(), value, `${title}: the same`)
      test.strictSame(missing, [], `${title}: nothing else`)
    }
  })

  await suite.test(`${name}: what exists is not created again`, async (test) => {
    const { store, prefix } = makeStore()
    await store.create(`${prefix}/a`, secretValue('first'), about)
    test.strictSame(await store.create(`${prefix}/a`, secretValue('second'), about), existed)
    test.strictSame(await read(store, [`${prefix}/a`]), { [`${prefix}/a`]: 'first' })
  })

  await suite.test(
    `${name}: of several that create at once, one does, and its value is stored`,
    async (test) => {
      const { store, prefix } = makeStore()
      const contenders = Array.from({ length: 8 }, (_, index) => `value-${index}`)
      const outcomes = await Promise.all(
        contenders.map((value) => store.create(`${prefix}/a`, secretValue(value), about)),
      )
      const winners = contenders.filter((_, index) => outcomes[index]?.outcome === 'created')
      test.equal(winners.length, 1)
      test.strictSame(await read(store, [`${prefix}/a`]), { [`${prefix}/a`]: winners[0] })
    },
  )

  await suite.test(
    `${name}: a call takes ten names, and tells those that exist from those that do not`,
    async (test) => {
      const { store, prefix } = makeStore()
      const names = ['a', 'a/b', 'a.b', 'a_b', 'A', 'b/a', 'a-b', 'ab', 'a/b/c', 'c'].map(
        (one) => `${prefix}/${one}`,
      )
      test.equal(names.length, maxNamesPerCall)
      const stored = names.filter((_, index) => index % 2 === 0)
      for (const one of stored) await store.create(one, secretValue(`value of ${one}`), about)
      test.strictSame(
        await read(store, names),
        Object.fromEntries(stored.map((one) => [one, `value of ${one}`])),
      )
      const { missing } = await store.get(names.map((one) => ({ name: one })))
      test.strictSame(
        missing.map((ref) => ref.name).toSorted(),
        names.filter((one) => !stored.includes(one)).toSorted(),
      )
      test.strictSame([...(await store.exists(names))].toSorted(), stored.toSorted())
    },
  )

  await suite.test(`${name}: in an empty store nothing exists`, async (test) => {
    const { store, prefix } = makeStore()
    test.strictSame(await store.exists([`${prefix}/a`, `${prefix}/b`]), new Set())
  })

  await suite.test(`${name}: replace stores a value whether the parameter exists or not`, async (test) => {
    const { store, prefix } = makeStore()
    await store.replace(`${prefix}/a`, secretValue('first'))
    test.strictSame(await read(store, [`${prefix}/a`]), { [`${prefix}/a`]: 'first' })
    await store.replace(`${prefix}/a`, secretValue('second'))
    test.strictSame(await read(store, [`${prefix}/a`]), { [`${prefix}/a`]: 'second' })
    test.strictSame(await store.create(`${prefix}/a`, secretValue('third'), about), existed)
  })

  await suite.test(`${name}: a version is read, or refused, and never taken for the newest`, async (test) => {
    const { store, prefix } = makeStore()
    await store.replace(`${prefix}/a`, secretValue('first'))
    await store.replace(`${prefix}/a`, secretValue('second'))
    const pinned = { name: `${prefix}/a`, selector: '1' }
    try {
      const { found } = await store.get([pinned])
      test.strictSame(
        found.map(({ ref, value, version }) => ({ ref, value: value.reveal(), version })),
        [{ ref: pinned, value: 'first', version: 1 }],
      )
      test.strictSame((await store.get([{ ...pinned, selector: '7' }])).missing, [
        { ...pinned, selector: '7' },
      ])
    } catch (error) {
      test.equal(failureOf(error)?.code, 'SELECTOR_UNSUPPORTED')
    }
  })

  const refusedCalls: readonly (readonly [title: string, names: readonly string[]])[] = [
    ['no name', []],
    ['eleven names', Array.from({ length: maxNamesPerCall + 1 }, (_, index) => `/n${index}`)],
    ['one name twice', ['/a', '/a']],
  ]
  for (const [title, names] of refusedCalls) {
    await suite.test(`${name}: a call with ${title} is a bug of its caller`, async (test) => {
      const { store } = makeStore()
      await test.rejects(store.get(names.map((one) => ({ name: one }))), RangeError)
      await test.rejects(store.exists(names), RangeError)
    })
  }

  await suite.test(`${name}: an answer does not print its values`, async (test) => {
    const { store, prefix } = makeStore()
    await store.create(`${prefix}/a`, secretValue('fakepassword'), about)
    const answer = await store.get([{ name: `${prefix}/a` }])
    test.notMatch(inspect(answer, { depth: 9 }), 'fakepassword')
    test.notMatch(JSON.stringify(answer), 'fakepassword')
  })
}

async function read(store: ParameterStore, names: readonly string[]): Promise<Record<string, string>> {
  const { found } = await store.get(names.map((name) => ({ name })))
  return Object.fromEntries(found.map(({ ref, value }) => [ref.name, value.reveal()]))
}
