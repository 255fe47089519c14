import t from 'tap'
import { failed } from '../../failure.ts'
import { virtualClock, peer } from '../../fixtures.ts'
import type { ApiAnswer, ApiServer } from '../../kubernetes/api-server.ts'
import { ownerInspection, readsAnnotations } from './inspect-owners.ts'
import { tenants } from '../claims/tenants.ts'
import type { Template } from '../claims/template.ts'

const annotations = { path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } }
const labels = { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }
const mounting = (name: string) => ({ name: 'init', volumeMounts: [{ name, mountPath: '/annotations' }] })

const rows: readonly (readonly [title: string, spec: object, reads: boolean])[] = [
  [
    'a pod as inject-init generates it',
    {
      initContainers: [mounting('annotations')],
      volumes: [{ name: 'annotations', downwardAPI: { items: [annotations] } }],
    },
    true,
  ],
  [
    'a projected volume among others',
    {
      initContainers: [{ name: 'other' }, mounting('all')],
      volumes: [
        {
          name: 'all',
          projected: { sources: [{ secret: {} }, { downwardAPI: { items: [labels, annotations] } }] },
        },
      ],
    },
    true,
  ],
  [
    'a volume that only the app mounts',
    { containers: [mounting('a')], volumes: [{ name: 'a', downwardAPI: { items: [annotations] } }] },
    false,
  ],
  [
    'a volume with labels only',
    { initContainers: [mounting('a')], volumes: [{ name: 'a', downwardAPI: { items: [labels] } }] },
    false,
  ],
  ['no volume', { containers: [{ name: 'app' }] }, false],
]
for (const [title, spec, reads] of rows) t.equal(readsAnnotations({ spec }), reads, title)

const template: Template = {
  key: 'k',
  namespace: 'n',
  annotated: true,
  claims: [],
  warnings: [],
  seenAt: 0,
  pods: new Set(),
}
const pod = (name: string) => ({ uid: name, name, createdAt: 0 })

function world(answer: (path: string) => ApiAnswer) {
  const clock = virtualClock()
  const paths: string[] = []
  const reported: string[] = []
  const messages: string[] = []
  const server: ApiServer = {
    peer,
    request: async (_, path) => {
      paths.push(path)
      return answer(path)
    },
    stream: () => Promise.reject(new Error('not asked for')),
  }
  const templates = new Map([[template.key, template]])
  const inspection = ownerInspection(server, {
    clock,
    tenants: tenants(undefined),
    templateOf: (key) => templates.get(key),
    record: (_, { reason, message }) => {
      reported.push(reason)
      messages.push(message)
    },
    failed: ({ code }) => reported.push(code),
  })
  const stop = new AbortController()
  const done = inspection.inspect(stop.signal)
  t.teardown(async () => {
    stop.abort()
    await done
  })
  return { ...inspection, clock, paths, reported, messages, templates }
}

t.test('one pod of each owner is read, and one that is not injected is reported', async (t) => {
  const { add, clock, paths, reported, messages } = world(() => ({ status: 200, body: { spec: {} } }))
  for (let index = 0; index < 100; index++) add(pod(`a-${index}`), template, 'owner a')
  add(pod('b-0'), template, 'owner b')
  add(pod('c-0'), { ...template, annotated: false }, 'owner c')
  await clock.sleep(10_000)
  t.strictSame(paths, ['/api/v1/namespaces/n/pods/a-0', '/api/v1/namespaces/n/pods/b-0'])
  t.strictSame(reported, ['NotInjected', 'NotInjected'])
  t.match(messages[0], /by downward API \(hint: run inject-init/)
})

t.test('if a pod has been deleted, the next one of its owner is read', async (t) => {
  const { add, clock, paths, reported } = world((path) =>
    path.endsWith('a-0') ? { status: 404, body: {} } : { status: 200, body: { spec: {} } },
  )
  add(pod('a-0'), template, 'owner')
  await clock.sleep(1000)
  add(pod('a-1'), template, 'owner')
  await clock.sleep(1000)
  t.equal(paths.length, 2)
  t.strictSame(reported, ['NotInjected'])
})

t.test('a request to an API server that does not answer is retried', async (t) => {
  let calls = 0
  const { add, clock, reported } = world(() => {
    if (++calls === 1) throw failed({ code: 'UNREACHABLE', message: 'down', ...peer })
    return { status: 200, body: { spec: {} } }
  })
  add(pod('a-0'), template, 'owner')
  await clock.sleep(60_000)
  t.strictSame(reported, ['UNREACHABLE', 'NotInjected'])
})

for (const [title, answer, expected] of [
  ['an overloaded API server', { status: 503, body: {} }, ['UNREACHABLE', 'NotInjected']],
  ['what is not a pod', { status: 200, body: { message: 'OK' } }, ['BAD_ANSWER', 'NotInjected']],
  ['a missing permission', { status: 403, body: {} }, ['ACCESS_DENIED']],
] as const) {
  t.test(`an answer that is not the pod reports nothing about it: ${title}`, async (t) => {
    let calls = 0
    const { add, clock, reported } = world(() =>
      ++calls === 1 ? answer : { status: 200, body: { spec: {} } },
    )
    add(pod('a-0'), template, 'owner')
    await clock.sleep(60_000)
    t.strictSame(reported, expected)
  })
}

t.test('an owner of one namespace does not count as inspected in another', async (t) => {
  const { add, clock, paths, templates } = world(() => ({ status: 200, body: { spec: {} } }))
  const other = { ...template, key: 'other', namespace: 'other' }
  templates.set(other.key, other)
  add(pod('a-0'), template, 'owner')
  add(pod('b-0'), other, 'owner')
  await clock.sleep(10_000)
  t.strictSame(paths.toSorted(), ['/api/v1/namespaces/n/pods/a-0', '/api/v1/namespaces/other/pods/b-0'])
})

t.test('a pod that names the owner of another workload does not count as a pod of it', async (t) => {
  const { add, clock, paths, templates } = world(() => ({ status: 200, body: { spec: {} } }))
  const decoy = { ...template, key: 'decoy' }
  templates.set(decoy.key, decoy)
  add(pod('decoy-0'), decoy, 'owner')
  add(pod('a-0'), template, 'owner')
  await clock.sleep(10_000)
  t.strictSame(paths, ['/api/v1/namespaces/n/pods/decoy-0', '/api/v1/namespaces/n/pods/a-0'])
})

t.test('pods that each name another owner do not take all the time', async (t) => {
  const { add, clock, paths } = world(() => ({ status: 200, body: { spec: {} } }))
  for (let index = 0; index < 1000; index++) add(pod(`a-${index}`), template, `owner ${index}`)
  await clock.sleep(300_000)
  t.equal(paths.length, 20)
})

t.test('pods that are gone before their turn are not read, and few of a namespace wait', async (t) => {
  const { add, clock, paths, templates } = world(() => ({ status: 200, body: { spec: {} } }))
  for (let index = 0; index < 10_000; index++)
    add(pod(`gone-${index}`), { ...template, key: `${index}` }, `${index}`)
  const quiet = { ...template, key: 'quiet', namespace: 'quiet' }
  templates.set(quiet.key, quiet)
  add(pod('a-0'), quiet, 'owner')
  await clock.sleep(1000)
  t.strictSame(paths, ['/api/v1/namespaces/quiet/pods/a-0'])
  // An owner for which there was no room is inspected with its next pod.
  const last = { ...template, key: '9999' }
  templates.set(last.key, last)
  add(pod('next'), last, '9999')
  await clock.sleep(1000)
  t.equal(paths.at(-1), '/api/v1/namespaces/n/pods/next')
})
