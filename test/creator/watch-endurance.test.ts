/** A million events and a hundred expired watches, or a part of them, in virtual time: nothing is lost, and no memory leaks. */
import t from 'tap'
import { share } from '../../api/test-effort.ts'
import { indexOf } from '../../runtime/creator/fixtures.ts'
import type { PodListWatch, PodChange } from '../../runtime/kubernetes/list-watch.ts'
import type { PodMetadata } from '../../runtime/kubernetes/pod-metadata.ts'
import { runReflector } from '../../runtime/kubernetes/reflector.ts'
import { virtualClock } from '../../runtime/fixtures.ts'

t.setTimeout(600_000)

const expiries = share(100)
const eventsPerWatch = 10_000
const pageSize = 500

/** A cluster whose pods come and go; every watch sees ten thousand changes and then expires. */
function cluster(stop: AbortController) {
  const pods = new Map<string, PodMetadata>()
  let [version, next, watches] = [0, 0, 0]
  const change = (): PodChange => {
    version++
    const [oldest] = pods.values()
    if (oldest && pods.size >= 2000 && version % 2 === 0) {
      pods.delete(oldest.uid)
      return { type: 'gone', pod: oldest, version: `${version}` }
    }
    const workload = next % 50
    const pod: PodMetadata = {
      uid: `uid-${next}`,
      namespace: `ns-${workload % 7}`,
      name: `app-${workload}-${next++}`,
      version: `${version}`,
      createdAt: version,
      terminating: false,
      annotations: [[`secret.bsycorp.com/token-${workload}`, 'kind=DYNAMIC,type=RANDOM,size=128']],
    }
    pods.set(pod.uid, pod)
    return { type: 'seen', pod, version: `${version}` }
  }
  let listing: PodMetadata[] = []
  const api: PodListWatch = {
    peer: { service: 'Kubernetes API', host: 'virtual' },
    async list(see, token) {
      if (token === undefined) listing = [...pods.values()]
      const at = Number(token ?? 0)
      const more = at + pageSize < listing.length ? { next: `${at + pageSize}` } : {}
      for (const pod of listing.slice(at, at + pageSize)) see(pod)
      return { version: `${version}`, ...more }
    },
    async *watch(from) {
      if (Number(from) !== version) throw new Error(`a watch from ${from}, after ${version}`)
      if (++watches > expiries) {
        stop.abort()
        return
      }
      for (let event = 0; event < eventsPerWatch; event++) yield change()
      // What happens between the end of the watch and the list is only in the list.
      for (let event = 0; event < 500; event++) change()
      yield { type: 'expired' }
    },
  }
  return { api, pods }
}

t.test(`${eventsPerWatch} events in each of ${expiries} watches that expire`, async (t) => {
  const clock = virtualClock()
  const stop = new AbortController()
  const { api, pods } = cluster(stop)
  let [added, ends] = [0, 0]
  const known = new Set<string>()
  const index = indexOf({
    now: clock.now,
    claimsChanged: (baseName) => known.add(baseName),
    podAdded: () => added++,
  })
  await runReflector(api, index.sink(), {
    clock,
    random: () => 0.5,
    signal: stop.signal,
    progress: () => {},
    watchEnded: () => ends++,
    listFailed: (failure) => t.fail(failure.message),
  })
  t.ok(ends >= expiries, `${ends} watches ended`)
  t.equal(index.podCount(), pods.size, 'exactly the pods that there are')
  t.ok(added > 0.4 * expiries * eventsPerWatch, `${added} pods were seen`)
  t.equal(known.size, 50)
  const claimants = [...known].flatMap((baseName) => index.claimsOf(baseName).flatMap((one) => one.claimants))
  const uids = claimants.flatMap(({ template }) => [...template.pods].map(({ uid }) => uid))
  t.strictSame(uids.toSorted(), [...pods.keys()].toSorted(), 'under what they declare')
})
