/** The whole creator in virtual time, with an API server and a store in memory, for tests. */
import { parseStoragePolicy, type StoragePolicy } from '../../api/storage/storage-policy.ts'
import { memoryStore, virtualClock } from '../fixtures.ts'
import type { ApiServer } from '../kubernetes/api-server.ts'
import { openLog } from '../log.ts'
import { readConfig } from './config.ts'
import { metrics } from './report/metrics.ts'
import { wire } from './wire.ts'

const storeLatency = 20

/** An API server without pods; what is sent comes over the watch. */
function serverOf() {
  const frames: string[] = []
  let wake = () => {}
  async function* watch() {
    for (;;) {
      while (frames.length > 0) yield Buffer.from(frames.splice(0).join(''))
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  async function* list() {
    yield Buffer.from('{"metadata":{"resourceVersion":"1"},"items":[]}')
  }
  const server: ApiServer = {
    peer: { service: 'Kubernetes API', host: 'virtual' },
    request: async () => ({ status: 201, body: { spec: {} } }),
    stream: async (path) => ({ status: 200, chunks: path.includes('watch=true') ? watch() : list() }),
  }
  const send = (type: string, namespace: string, name: string, annotations = {}) => {
    const created = { resourceVersion: '2', creationTimestamp: '2026-01-01T00:00:00Z' }
    const metadata = { uid: `${namespace} ${name}`, namespace, name, ...created, annotations }
    frames.push(`${JSON.stringify({ type, object: { metadata } })}\n`)
    wake()
  }
  const put = (namespace: string, name: string, annotations: Readonly<Record<string, string>>) =>
    send('ADDED', namespace, name, annotations)
  const remove = (namespace: string, name: string) => send('DELETED', namespace, name)
  return { server, put, remove }
}

type Given = {
  readonly rules: readonly object[]
  /** What exists before. */
  readonly exists?: (name: string) => boolean
  readonly heapBytes?: number
}

/** Returns when it has listed the pods: there are none. */
export async function startVirtualCreator({ rules, exists = () => false, heapBytes = 2 ** 28 }: Given) {
  const clock = virtualClock()
  const { store, stored } = memoryStore()
  const { server, put, remove } = serverOf()
  const { settings } = readConfig({
    POLICY_FILE: '/policy',
    POD_NAME: 'creator',
    AWS_REGION: 'eu-west-1',
    LEADER_ELECTION: 'false',
  })
  if (settings === undefined) throw new Error('the settings are invalid')
  const stop = new AbortController()
  const slow = {
    ...store,
    exists: async (names: readonly string[]) => {
      await clock.sleep(storeLatency)
      return new Set([...(await store.exists(names)), ...names.filter(exists)])
    },
    create: async (...call: Parameters<typeof store.create>) => {
      await clock.sleep(storeLatency)
      return await store.create(...call)
    },
  }
  const counts = metrics()
  const { act } = wire(
    settings,
    { store: slow, server, policy: policyOf(rules), checkBeforeSending: () => {} },
    {
      clock,
      random: () => 0.5,
      log: openLog('error', () => {}),
      metrics: counts,
      warn: () => {},
      leads: () => true,
      stop: stop.signal,
      heapBytes,
      usedHeap: () => 0,
    },
  )
  void act()
  await clock.sleep(1000)
  /** How long another team waits for a value, in seconds. */
  const waitOf = async (namespace: string, secret: string) => {
    const begun = clock.now()
    put(namespace, secret, secretsOf(namespace, [secret]))
    while (!stored.has(`/${namespace}/${secret}`) && clock.now() - begun < 300_000) await clock.sleep(10)
    return (clock.now() - begun) / 1000
  }
  /** @param name of a metric, with its labels. */
  const gauge = (name: string) => {
    const line = counts
      .text()
      .split('\n')
      .find((one) => one.startsWith(`kees_creator_${name} `))
    return Number(line?.split(' ').at(-1) ?? NaN)
  }
  return { clock, put, remove, waitOf, gauge, stored, stop: () => stop.abort() }
}

/** Annotations that declare a RANDOM secret each. */
export function secretsOf(namespace: string, names: readonly string[]): Readonly<Record<string, string>> {
  return {
    'init.bsycorp.com/storage-prefix': `/${namespace}`,
    ...Object.fromEntries(
      names.map((name) => [`secret.bsycorp.com/${name}`, 'kind=DYNAMIC,type=RANDOM,size=256']),
    ),
  }
}

function policyOf(rules: readonly object[]): StoragePolicy {
  const { value } = parseStoragePolicy({
    apiVersion: 'kees.bsycorp.com/v1alpha1',
    kind: 'StoragePolicy',
    spec: { rules },
  })
  if (value === undefined) throw new Error('the policy is invalid')
  return value
}
