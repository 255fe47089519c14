/**
 * Measures what the creator keeps of pods on its heap, and what it estimates for them: a program for weigh.test.ts, which prints JSON. It takes Node's option
 * --expose-gc.
 */
import { getHeapStatistics } from 'node:v8'
import { defaultBudgets } from '../../api/storage/storage-policy.ts'
import { secretsOf, startVirtualCreator } from '../../runtime/creator/virtual-creator.ts'
import { heapShare } from '../../runtime/creator/wire.ts'

type Annotations = Readonly<Record<string, string>>
type Shape = {
  readonly what: string
  readonly pods: number
  readonly namespaceOf?: (index: number) => string
  readonly annotationsOf: (index: number) => Annotations
}
export type Measured = {
  readonly what: string
  readonly pods: number
  readonly bytes: number
  readonly charged: number
}

const long = 'p'.repeat(200)
const longNames = (value: string, count: number, suffix: string) => (index: number) => ({
  'init.bsycorp.com/storage-prefix': `/n/${long}/${long}/${long}/${long}`,
  ...Object.fromEntries(
    Array.from({ length: count }, (_, one) => [`secret.bsycorp.com/p${index}x${one}${suffix}`, value]),
  ),
})
const numbered = (start: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${start}${index}`)

const shapes: readonly Shape[] = [
  {
    what: 'pods of one declaration',
    pods: 400,
    annotationsOf: (index) => secretsOf('n', [`s${index}`]),
  },
  {
    what: 'namespaces of four declarations',
    pods: 150,
    namespaceOf: (index) => `n${index}`,
    annotationsOf: (index) => secretsOf(`n${index}`, numbered('s', 4)),
  },
  {
    what: 'pods of fifty declarations',
    pods: 12,
    annotationsOf: (index) => secretsOf('n', numbered(`s${index}x`, 50)),
  },
  {
    what: 'pods of fifty pairs with long names',
    pods: 12,
    annotationsOf: longNames('kind=DYNAMIC,type=RSA,size=2048', 50, '_public'),
  },
  {
    what: 'pods of 900 declarations',
    pods: 1,
    annotationsOf: (index) => secretsOf('n', numbered(`s${index}x`, 900)),
  },
  {
    what: 'pods of one workload',
    pods: 1000,
    annotationsOf: () => secretsOf('n', ['s']),
  },
  {
    what: 'pods of 60 KiB without a valid declaration',
    pods: 10,
    annotationsOf: (index) =>
      Object.fromEntries(
        numbered(`secret.bsycorp.com/s${index}x`, 8).map((key) => [key, 'kind=NONE,'.repeat(750)]),
      ),
  },
  {
    what: 'pods of 60 KiB of which one declaration is valid',
    pods: 10,
    annotationsOf: (index) => ({
      ...secretsOf('n', [`s${index}`]),
      ...Object.fromEntries(
        numbered(`resource.bsycorp.com/s${index}x`, 8).map((key) => [key, ' '.repeat(7500)]),
      ),
    }),
  },
]

const unlimited = { maxClaims: 1e9, maxBytes: 1e12, maxPerPod: 1000 }
const warmUp = 2
const heapBytes = 2 ** 40

const used = () => {
  globalThis.gc?.()
  return getHeapStatistics().used_heap_size
}

/** Without one, nothing exists, and only this shape is measured. */
const [, , only] = process.argv
const isEmpty = only !== undefined
const chosen = shapes.filter(({ what }) => only === undefined || what === only)
const creator = await startVirtualCreator({
  rules: [{ namespaces: ['*'], prefixes: ['/{namespace}'], ...defaultBudgets, ...unlimited }],
  heapBytes,
  exists: () => !isEmpty,
})
const { clock, gauge, put } = creator
const charged = () => gauge('budget_used_ratio{budget="heap"}') * heapBytes * heapShare
let pods = 0
const add = async ({ namespaceOf = () => 'n', annotationsOf }: Shape, from: number, to: number) => {
  for (let index = from; index < to; index++) {
    put(namespaceOf(index), `pod-${String(pods++).padStart(10, '0')}-abcde`, annotationsOf(index))
    if (index % 50 === 0) await clock.sleep(1)
  }
  while (gauge('pods') < pods) await clock.sleep(100)
  // New values come in slow turns; what exists is soon known.
  for (let known = isEmpty ? Infinity : -1; known < gauge('known_parameters');) {
    known = gauge('known_parameters')
    await clock.sleep(5000)
  }
  await clock.sleep(10_000)
}

// What is loaded and compiled once does not count.
for (const shape of chosen) await add(shape, 0, warmUp)
const measured: Measured[] = []
for (const shape of chosen) {
  const [before, chargedBefore] = [used(), charged()]
  await add(shape, warmUp, warmUp + shape.pods)
  measured.push({
    what: shape.what,
    pods: shape.pods,
    bytes: used() - before,
    charged: charged() - chargedBefore,
  })
}
process.stdout.write(JSON.stringify(measured))
process.exit()
