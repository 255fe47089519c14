import t, { type Test } from 'tap'
import { failed } from '../../failure.ts'
import { virtualClock, peer } from '../../fixtures.ts'
import type { ApiServer } from '../../kubernetes/api-server.ts'
import { mapOf } from '../../../api/json.ts'
import type { Template } from '../claims/template.ts'
import { tenants } from '../claims/tenants.ts'
import { share } from '../../../api/test-effort.ts'
import { EventRecorder } from './event-recorder.ts'

const template = (namespace: string, pods: number): Template => ({
  key: namespace,
  namespace,
  annotated: true,
  claims: [],
  warnings: [],
  seenAt: 0,
  pods: new Set(Array.from({ length: pods }, (_, index) => pod(`pod-${index}`))),
})
const pod = (name: string) => ({ uid: `uid of ${name}`, name, createdAt: 0 })

function world(test: Test, answer: () => number = () => 201) {
  const clock = virtualClock()
  const events: unknown[] = []
  const outcomes: string[] = []
  const failures: unknown[] = []
  const server: ApiServer = {
    peer,
    request: async (method, path, { body }) => {
      const status = answer()
      if (status === 0) throw failed({ code: 'UNREACHABLE', message: 'down', ...peer })
      if (status === 201) events.push({ method, path, body })
      return { status, body: {} }
    },
    stream: () => Promise.reject(new Error('not asked for')),
  }
  const time = () => new Date('2026-01-02T03:04:05.678Z')
  const recorder = new EventRecorder(server, {
    clock,
    tenants: tenants(undefined),
    time,
    identity: 'me',
    done: (outcome, failure) => {
      outcomes.push(outcome)
      failures.push(failure?.code)
    },
  })
  const stop = new AbortController()
  const sent = recorder.send(stop.signal)
  test.teardown(async () => {
    stop.abort()
    await sent
  })
  const record: EventRecorder['record'] = (...args) => recorder.record(...args)
  return { record, waiting: () => recorder.waiting(), events, outcomes, failures, clock }
}

const note = { reason: 'Conflict', message: 'they disagree' } as const

t.test('an Event is what kubectl describe shows for the pod', async (t) => {
  const { record, events, clock } = world(t)
  t.ok(record(template('n', 1), note))
  await clock.sleep(1000)
  t.match(events, [
    {
      method: 'POST',
      path: '/api/v1/namespaces/n/events',
      body: {
        kind: 'Event',
        metadata: { name: /^pod-0\.[0-9a-f]{16}$/, namespace: 'n' },
        involvedObject: { kind: 'Pod', name: 'pod-0', namespace: 'n', uid: 'uid of pod-0' },
        type: 'Warning',
        reason: 'Conflict',
        message: 'they disagree',
        firstTimestamp: '2026-01-02T03:04:05Z',
        reportingInstance: 'me',
      },
    },
  ])
})

t.test('the same Event is recorded once an hour, on five pods of a template', async (t) => {
  const { record, events, clock } = world(t)
  const one = template('n', 300)
  t.ok(record(one, note))
  t.notOk(record(one, note))
  await clock.sleep(60_000)
  t.equal(events.length, 5)
  t.ok(record(one, { ...note, message: 'something else' }))
  await clock.sleep(3_600_000)
  t.equal(events.length, 10)
  t.ok(record(one, note))
  await clock.sleep(60_000)
  t.equal(events.length, 15)
})

t.test('a pod that is created later gets the Event too', async (t) => {
  const { record, events, clock } = world(t)
  const one = template('n', 1)
  record(one, note)
  const two = { ...one, pods: new Set([...one.pods, pod('later')]) }
  record(two, note)
  await clock.sleep(1000)
  t.equal(mapOf(mapOf(mapOf(events.at(-1))['body'])['involvedObject'])['name'], 'later')
})

t.test('an Event about one pod is recorded on that pod', async (t) => {
  const { record, events, clock } = world(t)
  const one = template('n', 3)
  const [, second] = one.pods
  record(one, note, second ? [second] : [])
  await clock.sleep(1000)
  t.match(events, [{ body: { involvedObject: { name: 'pod-1' } } }])
})

// 401: a token that has just been renewed. Below 400: another server, such as a proxy.
for (const passing of [0, 200, 302, 401, 429, 503]) {
  t.test(`a request that fails temporarily (${passing || 'no answer'}) is sent three times`, async (t) => {
    let calls = 0
    const { record, events, outcomes, clock } = world(t, () =>
      ++calls < 3 ? passing : calls < 4 ? 201 : 503,
    )
    record(template('a', 1), note)
    await clock.sleep(10_000)
    t.strictSame([events.length, outcomes], [1, ['sent']])
    record(template('b', 1), note)
    await clock.sleep(10_000)
    t.strictSame(outcomes, ['sent', 'unreachable'])
  })
}

t.test('a refused Event, as in a namespace that is being deleted, is not sent again', async (t) => {
  const { record, outcomes, failures, clock } = world(t, () => 403)
  record(template('a', 1), note)
  await clock.sleep(10_000)
  t.strictSame([outcomes, failures], [['refused'], ['ACCESS_DENIED']])
})

t.test('an answer that is not one of the API server is not a refusal', async (t) => {
  const strange = failed({
    code: 'BAD_ANSWER',
    message: 'the response is not one of the API server (HTTP 200)',
    ...peer,
  })
  const page = world(t, () => {
    throw strange
  })
  const json = world(t, () => 200)
  for (const { record, outcomes, failures, clock } of [page, json]) {
    record(template('a', 1), note)
    await clock.sleep(10_000)
    t.strictSame([outcomes, failures], [['unreachable'], ['BAD_ANSWER']])
  }
})

t.test('a namespace with very many Events neither fills the memory nor delays the others', async (t) => {
  const { record, events, outcomes, waiting, clock } = world(t)
  for (let index = 0; index < 2000; index++) record(template('loud', 1), { ...note, message: `${index}` })
  record(template('quiet', 1), note)
  t.ok(waiting() <= 501)
  t.ok(outcomes.filter((outcome) => outcome === 'dropped').length >= 1499)
  await clock.sleep(1000)
  t.match(JSON.stringify(events), /namespaces\/quiet/)
})

t.test('of very many Events, few of a tenant and few of all wait', async (t) => {
  const { record, waiting, outcomes } = world(t, () => 201)
  let recorded = 0
  for (let index = 0; index < 600; index++)
    if (record(template('evil', 5), { reason: 'Conflict', message: `${index}` })) recorded++
  t.equal(waiting(), 500)
  t.equal(recorded, 100, 'whoever records is told which found room')
  // More than there is room for.
  const each = Math.max(4, share(20))
  for (let namespace = 0; namespace < 500; namespace++)
    for (let index = 0; index < each; index++)
      record(template(`evil-${namespace}`, 5), { reason: 'Conflict', message: `${index}` })
  t.equal(waiting(), 5000)
  t.ok(outcomes.every((one) => one === 'dropped'))
  t.ok(record(template('shop', 1), note), 'another namespace finds room')
  t.equal(waiting(), 5000)
})
