/** A day of the creator in virtual time: pods come and go, calls fail in every way, and at the end all that is asked for is there. */
import fc from 'fast-check'
import t from 'tap'
import type { Annotation } from '../../api/pod/pod-annotations.ts'
import { share } from '../../api/test-effort.ts'
import { existenceBatcher } from '../../runtime/creator/groups/existence-batcher.ts'
import { hourlyQuota } from '../../runtime/creator/groups/hourly-quota.ts'
import { generate } from '../../runtime/groups/generate.ts'
import { indexOf } from '../../runtime/creator/fixtures.ts'
import { tenants } from '../../runtime/creator/claims/tenants.ts'
import type { PodMetadata } from '../../runtime/kubernetes/pod-metadata.ts'
import { RateLimiter } from '../../runtime/scheduling/rate-limiter.ts'
import { groupReconciler } from '../../runtime/creator/groups/reconcile-groups.ts'
import { WorkQueue } from '../../runtime/scheduling/work-queue.ts'
import { seededRandom } from '../../runtime/fake-ssm/faults.ts'
import { type Fault, memoryStore, virtualClock } from '../../runtime/fixtures.ts'
import { openLog } from '../../runtime/log.ts'

t.setTimeout(1_200_000)

const minute = 60_000
const groups = 60
const faults: readonly Fault[] = ['call lost', 'answer lost', 'asked twice', 'stale']

const annotationsOf = (group: number): Annotation[] =>
  group % 3 === 0
    ? [[`secret.bsycorp.com/p${group}`, 'kind=DYNAMIC,type=PASSWORD,size=128']]
    : [
        [
          `secret.bsycorp.com/g${group}_${group % 2 ? 'consumer' : 'provider'}`,
          'kind=DYNAMIC,type=RANDOM,size=128',
        ],
      ]

/** @returns what is wrong at the end. */
async function simulate(seed: number): Promise<string[]> {
  const random = seededRandom(seed)
  const clock = virtualClock()
  let faultRate = 0.6
  const { store: plain, stored } = memoryStore(() =>
    random() < faultRate ? (faults[Math.floor(random() * faults.length)] ?? 'none') : 'none',
  )
  const wrong: string[] = []
  /** What was stored first under each name: nothing may ever replace it. */
  const first = new Map<string, string>()
  const check = () => {
    for (const [name, value] of stored) {
      if (!first.has(name)) first.set(name, value)
      else if (first.get(name) !== value) wrong.push(`${name} was overwritten`)
    }
  }
  const queue = new WorkQueue(clock, random)
  const index = indexOf({
    policy: undefined,
    now: clock.now,
    claimsChanged: (baseName, namespace) => queue.add(baseName, namespace),
  })
  const reconciler = groupReconciler({
    clock,
    random,
    index,
    ask: existenceBatcher(plain, new RateLimiter(20, clock), clock),
    storeFor: () => plain,
    generateFor: () => generate,
    quota: hourlyQuota(clock),
    tenants: tenants(undefined),
    record: (_, { reason, message }) => {
      if (reason === 'MismatchedGroup' || reason === 'Conflict') wrong.push(`${reason}: ${message}`)
    },
    created: () => {},
    log: openLog('error', () => {}),
  })
  const stop = new AbortController()
  const done = queue.work(
    { workers: 4, perNamespace: 4, reserved: 1, most: 100 },
    ({ key }, signal) => reconciler.reconcile(key, signal),
    stop.signal,
  )
  const sink = index.sink()
  const pods = new Map<string, PodMetadata>()
  for (let step = 0; step < 24 * 6; step++) {
    const group = Math.floor(random() * groups)
    const name = `pod-${group}-${Math.floor(random() * 3)}`
    const pod = pods.get(name)
    if (pod) {
      pods.delete(name)
      sink.gone(pod)
    } else {
      const annotations = annotationsOf(group)
      const fresh = { uid: `${name} ${step}`, namespace: `n${group % 4}`, name, version: `${step}` }
      const seen = { ...fresh, createdAt: step, terminating: false, annotations }
      pods.set(name, seen)
      sink.seen(seen)
    }
    await clock.sleep(10 * minute)
    check()
  }
  // The faults end: what is asked for by then has to come.
  faultRate = 0
  await clock.sleep(30 * minute)
  check()
  stop.abort()
  await done
  for (const { annotations } of pods.values()) {
    const [[key]] = [annotations[0] ?? ['']]
    const [, group = ''] = /\/(.*?)(_consumer|_provider)?$/.exec(key) ?? []
    const names = group.startsWith('p') ? [`/${group}`] : [`/${group}_consumer`, `/${group}_provider`]
    const values = names.map((name) => stored.get(name))
    if (values.includes(undefined)) wrong.push(`${names.join()} is not there`)
    if (new Set(values).size > 1) wrong.push(`${names.join()} do not match`)
  }
  return wrong
}

t.test('a day with faults in six calls of ten', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const wrong = await simulate(seed)
      if (wrong.length > 0) throw new Error(wrong.join('\n'))
    }),
    { numRuns: share(4) },
  )
  t.pass('whatever came: all is there, pairs match, nothing was overwritten')
})
