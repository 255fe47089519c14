import t from 'tap'
import type { PodMetadata } from '../../kubernetes/pod-metadata.ts'
import { podIntake } from './pod-intake.ts'

/** Reading a pod takes as long as its annotations have characters, in milliseconds. */
function world() {
  let now = 0
  let order = 0
  const read: string[] = []
  const deferred: (() => void)[] = []
  const note = (line: string, { annotations }: PodMetadata) => {
    read.push(line)
    for (const [, value] of annotations) now += value.length
  }
  const intake = podIntake(
    {
      arrival: () => ++order,
      seen: (pod, at) => note(`${pod.namespace}/${pod.name} ${pod.version} @${at}`, pod),
      gone: (pod) => note(`${pod.namespace}/${pod.name} gone`, pod),
      listBegins: () => read.push('list begins'),
      listEnds: () => read.push('list ends'),
    },
    {
      clock: { now: () => now },
      keyOf: (namespace) => namespace,
      defer: (work) => void deferred.push(work),
    },
  )
  /** The timers and the network have their turn. @returns what is read after it. */
  const turn = () => {
    read.length = 0
    now++
    for (const work of deferred.splice(0)) work()
    return [...read]
  }
  return { intake, read, turn }
}

const pod = (namespace: string, name: string, version: number, milliseconds: number): PodMetadata => ({
  uid: `${namespace} ${name}`,
  namespace,
  name,
  version: `${version}`,
  createdAt: 0,
  terminating: false,
  annotations: [['secret.bsycorp.com/x', ','.repeat(milliseconds)]],
})

t.test('what arrives slowly is read at once', async (t) => {
  const { intake, read, turn } = world()
  intake.seen(pod('a', 'p', 1, 1))
  intake.gone(pod('a', 'p', 2, 1))
  t.strictSame(read, ['a/p 1 @1', 'a/p gone'])
  t.strictSame(turn(), [])
})

t.test('a pod that is changed again and again is read once a turn, and delays no other', async (t) => {
  const { intake, read, turn } = world()
  for (let version = 1; version <= 100; version++) intake.seen(pod('evil', 'p', version, 12))
  intake.seen(pod('shop', 'app', 1, 1))
  t.strictSame(read, ['evil/p 1 @1'])
  t.strictSame(turn(), ['evil/p 100 @100'])
  t.strictSame(turn(), ['shop/app 1 @101'])
  t.strictSame(turn(), [])
})

t.test('of very many pods of one tenant, a slice is read between the turns of the others', async (t) => {
  const { intake, turn } = world()
  for (let index = 0; index < 100; index++) intake.seen(pod('evil', `p${index}`, 1, 6))
  intake.seen(pod('shop', 'app', 1, 1))
  t.strictSame(turn(), ['evil/p2 1 @3', 'shop/app 1 @101', 'evil/p3 1 @4'])
})

t.test('a pod that is gone by its turn is not read', async (t) => {
  const { intake, turn } = world()
  for (let index = 0; index < 3; index++) intake.seen(pod('n', `p${index}`, 1, 6))
  intake.gone(pod('n', 'p2', 2, 0))
  t.strictSame(turn(), ['n/p2 gone'])
})

t.test('a list is read before it ends', async (t) => {
  const { intake, read } = world()
  intake.listBegins()
  for (let index = 0; index < 3; index++) intake.seen(pod('n', `p${index}`, 1, 6))
  intake.listEnds()
  t.equal(read.at(-1), 'list ends')
  t.equal(read.length, 5)
})

t.test('after a pause in a list, its pods are read at once', async (t) => {
  const { intake, read, turn } = world()
  intake.listBegins()
  intake.seen(pod('n', 'a', 1, 12))
  const paused = intake.ready?.()
  turn()
  await paused
  read.length = 0
  intake.seen(pod('n', 'b', 1, 1))
  intake.seen(pod('n', 'c', 1, 1))
  t.strictSame(read, ['n/b 1 @2', 'n/c 1 @3'])
})

t.test('whoever reads from the API server pauses after a slice, and while too much waits', async (t) => {
  const { intake, turn } = world()
  let resumed = 0
  const pause = async () => {
    await intake.ready?.()
    resumed++
  }
  intake.seen(pod('n', 'a', 1, 6))
  t.equal(intake.ready?.(), undefined)
  intake.seen(pod('n', 'b', 1, 6))
  const first = pause()
  t.strictSame(turn(), [])
  await first
  t.equal(resumed, 1)
  intake.seen(pod('n', 'c', 1, 12))
  for (let index = 0; index < 40; index++) intake.seen(pod('n', `p${index}`, 2, 64 * 1024))
  void pause()
  for (let index = 0; index < 5; index++) turn()
  await Promise.resolve()
  t.equal(resumed, 1, 'not while more than the bound waits')
  for (let index = 0; index < 40; index++) turn()
  await Promise.resolve()
  await Promise.resolve()
  t.equal(resumed, 2)
})
