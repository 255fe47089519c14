import t from 'tap'
import { failed } from '../failure.ts'
import { virtualClock } from '../fixtures.ts'
import type { ApiAnswer, ApiServer } from '../kubernetes/api-server.ts'
import { ownerInspection, readsAnnotations } from './inspect-owners.ts'
import type { Template } from './pod-index.ts'

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
  refusals: [],
  seenAt: 0,
  pods: new Set(),
}
const pod = (name: string) => ({ uid: name, name, createdAt: 0 })

function world(answer: (path: string) => ApiAnswer) {
  const clock = virtualClock()
  const paths: string[] = []
  const reported: string[] = []
  const server: ApiServer = {
    request: async (_, path) => {
      paths.push(path)
      return answer(path)
    },
    stream: () => Promise.reject(new Error('not asked for')),
  }
  const inspection = ownerInspection(server, {
    clock,
    record: (_, { reason }) => reported.push(reason),
    failed: ({ code }) => reported.push(code),
  })
  const stop = new AbortController()
  const done = inspection.inspect(stop.signal)
  t.teardown(async () => {
    stop.abort()
    await done
  })
  return { ...inspection, clock, paths, reported }
}

t.test('one pod of each owner is read, and one that is not injected is reported', async (t) => {
  const { add, clock, paths, reported } = world(() => ({ status: 200, body: { spec: {} } }))
  for (let index = 0; index < 100; index++) add(pod(`a-${index}`), template, 'owner a')
  add(pod('b-0'), template, 'owner b')
  add(pod('c-0'), { ...template, annotated: false }, 'owner c')
  await clock.sleep(10_000)
  t.strictSame(paths, ['/api/v1/namespaces/n/pods/a-0', '/api/v1/namespaces/n/pods/b-0'])
  t.strictSame(reported, ['NotInjected', 'NotInjected'])
})

t.test('in the place of a pod that is gone, the next one of its owner is read', async (t) => {
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

t.test('an API server that does not answer is asked again', async (t) => {
  let calls = 0
  const { add, clock, reported } = world(() => {
    if (++calls === 1) throw failed({ code: 'UNREACHABLE', message: 'down' })
    return { status: 200, body: { spec: {} } }
  })
  add(pod('a-0'), template, 'owner')
  await clock.sleep(60_000)
  t.strictSame(reported, ['UNREACHABLE', 'NotInjected'])
})
