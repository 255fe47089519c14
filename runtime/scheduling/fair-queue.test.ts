import fc from 'fast-check'
import t from 'tap'
import { runs } from '../../api/test-effort.ts'
import { FairQueue } from './fair-queue.ts'

const take = <T>(queue: FairQueue<T>, count: number) => Array.from({ length: count }, () => queue.shift())

t.test('the namespaces take turns, and each is served in its order', async (t) => {
  const queue = new FairQueue<string>()
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) queue.push(item.charAt(0), item)
  t.equal(queue.sizeOf('a'), 3)
  // The second turn is for one that was served before, the third for the new one that came last.
  t.strictSame(take(queue, 8), ['a1', 'a2', 'c1', 'a3', 'b1', 'c2', undefined, undefined])
  t.equal(queue.size(), 0)
})

/** Each of the namespaces wants something, and something else as soon as it is served. */
function insatiable(queue: FairQueue<string>, namespaces: readonly string[]) {
  for (const namespace of namespaces) queue.push(namespace, namespace)
  const turn = () => {
    const item = queue.shift() ?? ''
    if (namespaces.includes(item)) queue.push(item, item)
    return item
  }
  return {
    pass: (turns: number) => void Array.from({ length: turns }, turn),
    /** @returns after how many turns it is served, at most 2000. */
    turnsUntil: (wanted: string): number => {
      for (let turns = 1; turns < 2000; turns++) if (turn() === wanted) return turns
      return 2000
    },
  }
}
const many = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index}`)

t.test(
  'where very many namespaces wait, one that was served before and has little to wait for is served within two turns',
  async (t) => {
    const queue = new FairQueue<string>()
    queue.push('shop', 'before')
    queue.shift()
    const { pass, turnsUntil } = insatiable(queue, many('evil', 500))
    for (let request = 0; request < 20; request++) {
      pass(7)
      queue.push('shop', `request ${request}`)
      t.ok(turnsUntil(`request ${request}`) <= 2)
    }
  },
)

t.test(
  '… and one that was never served within four, while the others do not make new namespaces',
  async (t) => {
    const queue = new FairQueue<string>()
    const { pass, turnsUntil } = insatiable(queue, many('evil', 500))
    pass(4000)
    queue.push('shop', 'first request')
    t.ok(turnsUntil('first request') <= 4)
  },
)

t.test(
  'a namespace that is older does not keep one of many from its turns, whatever it asks for',
  async (t) => {
    const queue = new FairQueue<string>()
    for (const namespace of ['evil', 'shop']) queue.push(namespace, namespace)
    take(queue, 2)
    const { pass, turnsUntil } = insatiable(queue, ['evil', ...many('evil', 500)])
    let longest = 0
    for (let request = 0; request < 20; request++) {
      pass(7)
      queue.push('shop', `request ${request}`)
      longest = Math.max(longest, turnsUntil(`request ${request}`))
    }
    t.ok(longest <= 8, `it takes ${longest} turns`)
  },
)

t.test('a namespace that has much to wait for still has a turn of four', async (t) => {
  const queue = new FairQueue<string>()
  queue.push('busy', 'busy')
  queue.shift()
  for (let item = 0; item < 100; item++) queue.push('large', 'large')
  const { turnsUntil } = insatiable(queue, ['busy'])
  for (let round = 0; round < 20; round++) t.ok(turnsUntil('large') <= 4)
})

t.test('namespaces that come one after the other do not keep the others waiting', async (t) => {
  const queue = new FairQueue<string>()
  queue.push('old', 'old')
  let turns = 0
  for (let item: string | undefined; item !== 'old'; turns++) {
    queue.push(`new-${turns}`, 'new')
    queue.push(`newer-${turns}`, 'new')
    item = queue.shift()
  }
  t.ok(turns <= 2)
})

t.test('of a full queue, the newest item of the namespace with the most goes', async (t) => {
  const queue = new FairQueue<string>(4)
  for (const item of ['a1', 'a2', 'a3', 'b1']) t.equal(queue.push(item.charAt(0), item), undefined)
  t.equal(queue.push('c', 'c1'), 'a3')
  t.equal(queue.push('a', 'a4'), 'a4')
  t.equal(queue.push('b', 'b2'), 'b2', 'of several, the one that came last')
  t.equal(queue.size(), 4)
  t.strictSame(new Set(take(queue, 5)), new Set(['a1', 'a2', 'b1', 'c1', undefined]))
})

t.test('a turn that nobody may have does not count', async (t) => {
  const queue = new FairQueue<string>()
  queue.push('shop', 'before')
  queue.shift()
  insatiable(queue, many('evil', 500))
  queue.push('shop', 'request')
  let turns = 0
  for (let item: string | undefined; item !== 'request' && turns < 10; turns++) {
    queue.shift(() => false)
    item = queue.shift()
  }
  t.ok(turns <= 2)
})

t.test('a namespace whose turn it may not be keeps its place', async (t) => {
  const queue = new FairQueue<string>(Infinity, (namespace) => namespace)
  for (const item of ['a1', 'b1', 'a2']) queue.push(item.charAt(0), item)
  t.equal(
    queue.shift((level) => level !== 'a'),
    'b1',
  )
  t.equal(
    queue.shift((level) => level !== 'a'),
    undefined,
  )
  t.strictSame(take(queue, 2), ['a1', 'a2'])
})

t.test('an item that is removed takes no turn', async (t) => {
  const queue = new FairQueue<string>()
  for (const item of ['a1', 'b1', 'a2', 'c1']) queue.push(item.charAt(0), item)
  t.equal(queue.shift(), 'a1')
  t.strictSame(
    [queue.remove('a', 'a1'), queue.remove('b', 'b1'), queue.remove('b', 'b1'), queue.remove('d', 'd1')],
    [false, true, false, false],
  )
  t.strictSame([queue.size(), queue.sizeOf('a'), queue.sizeOf('b')], [2, 1, 0])
  t.strictSame(take(queue, 3), ['a2', 'c1', undefined])
})

t.test('what is not retained is gone', async (t) => {
  const queue = new FairQueue<string>()
  for (const item of ['a1', 'b1', 'a2', 'c1']) queue.push(item.charAt(0), item)
  queue.retain((item) => item.endsWith('2') || item === 'c1')
  t.strictSame([queue.size(), queue.sizeOf('a'), queue.sizeOf('b')], [2, 1, 0])
  t.strictSame(new Set(take(queue, 3)), new Set(['a2', 'c1', undefined]))
})

t.test(
  'every item is returned once, and a namespace waits for at most four turns of each other namespace',
  async () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 3000 }), (pushed) => {
        const queue = new FairQueue<number>()
        pushed.forEach((namespace, index) => queue.push(String(namespace), index))
        const order: number[] = []
        for (let item = queue.shift(); item !== undefined; item = queue.shift()) order.push(item)
        const namespaces = new Set(pushed).size
        const first = order.slice(0, 4 * namespaces).map((index) => pushed[index])
        return new Set(order).size === pushed.length && new Set(first).size === namespaces
      }),
      runs(50),
    )
  },
)

/** The same, by looking at every namespace each time. */
function simpleQueue(longest: number, remembered: number) {
  const lines = new Map<string, number[]>()
  const served = new Map<string, number>()
  const recent: string[] = []
  let [turns, firstServed] = [0, 0]
  const sizeOf = (namespace: string) => lines.get(namespace)?.length ?? 0
  const size = () => [...lines.values()].reduce((sum, { length }) => sum + length, 0)
  const replace = (namespace: string, items: number[]) => {
    if (items.length > 0) lines.set(namespace, items)
    else lines.delete(namespace)
  }
  const known = (may: readonly string[]) => {
    const short = may.filter((one) => served.has(one) && sizeOf(one) <= 4)
    const hadMost = (one: string) => recent.length === 3 && recent.every((other) => other === one)
    const place = (one: string) => (served.get(one) ?? 0) + (hadMost(one) ? firstServed : 0)
    const [chosen] = short.toSorted((a, b) => place(a) - place(b))
    if (chosen !== undefined) recent.push(chosen)
    if (recent.length > 3) recent.shift()
    return chosen
  }
  const choose = (may: readonly string[]) => {
    const lane = turns % 4
    return (
      (lane % 2 === 1 ? known(may) : lane === 2 ? may.findLast((one) => !served.has(one)) : undefined) ??
      may[0]
    )
  }
  const dropOne = (last: string) => {
    const most = Math.max(...[...lines.values()].map(({ length }) => length))
    const longestLine = [...lines.keys()].find((one) => sizeOf(one) === most)
    const from = sizeOf(last) === most ? last : (longestLine ?? last)
    const items = lines.get(from) ?? []
    const item = items.pop()
    replace(from, items)
    return item
  }
  return {
    sizeOf,
    size,
    push: (namespace: string, item: number) => {
      replace(namespace, [...(lines.get(namespace) ?? []), item])
      return size() > longest ? dropOne(namespace) : undefined
    },
    shift: (may: (namespace: string) => boolean) => {
      const chosen = choose([...lines.keys()].filter(may))
      if (chosen === undefined) return undefined
      turns++
      const [item, ...items] = lines.get(chosen) ?? []
      const first = served.get(chosen) ?? firstServed++
      served.delete(chosen)
      served.set(chosen, first)
      const [oldest] = served.keys()
      if (served.size > remembered && oldest !== undefined) served.delete(oldest)
      lines.delete(chosen)
      replace(chosen, items)
      return item
    },
    remove: (namespace: string, item: number) => {
      const items = lines.get(namespace) ?? []
      if (!items.includes(item)) return false
      replace(
        namespace,
        items.filter((one) => one !== item),
      )
      return true
    },
    retain: (keep: (item: number) => boolean) => {
      for (const [namespace, items] of lines) replace(namespace, items.filter(keep))
    },
  }
}

t.test('it chooses as a queue that looks at every namespace, whatever happens', async () => {
  const namespace = fc.nat(9).map((index) => `n${index}`)
  const level = fc.constantFrom('a', 'b', 'c')
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ does: fc.constant('push' as const), namespace }) },
    {
      weight: 5,
      arbitrary: fc.record({ does: fc.constant('shift' as const), may: fc.subarray(['a', 'b', 'c']) }),
    },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('level' as const), namespace, level }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('remove' as const), item: fc.nat(300) }) },
    {
      weight: 1,
      arbitrary: fc.record({ does: fc.constant('retain' as const), modulo: fc.integer({ min: 2, max: 9 }) }),
    },
  )
  const steps = fc.array(step, { maxLength: 300, size: 'max' })
  fc.assert(
    fc.property(
      steps,
      fc.constantFrom(5, 20, Infinity),
      fc.constantFrom(3, 5000),
      (all, longest, remembered) => {
        const levels = new Map<string, string>()
        const levelOf = (one: string) => levels.get(one) ?? 'a'
        const queue = new FairQueue<number>(longest, levelOf, remembered)
        const model = simpleQueue(longest, remembered)
        const namespaces: string[] = []
        const does = (one: (typeof all)[number]): readonly unknown[] => {
          switch (one.does) {
            case 'push': {
              const item = namespaces.push(one.namespace) - 1
              return [queue.push(one.namespace, item), model.push(one.namespace, item)]
            }
            case 'shift':
              return [
                queue.shift((its) => one.may.includes(its)),
                model.shift((its) => one.may.includes(levelOf(its))),
              ]
            case 'level':
              levels.set(one.namespace, one.level)
              queue.levelChanged(one.namespace)
              return []
            case 'remove': {
              const its = namespaces[one.item] ?? 'none'
              return [queue.remove(its, one.item), model.remove(its, one.item)]
            }
            case 'retain':
              queue.retain((item) => item % one.modulo > 0)
              model.retain((item) => item % one.modulo > 0)
              return [queue.size(), model.size()]
            default:
              return one satisfies never
          }
        }
        return all.every((one) => {
          const [got, expected] = does(one)
          return got === expected && queue.sizeOf('n1') === model.sizeOf('n1')
        })
      },
    ),
    runs(300),
  )
})
