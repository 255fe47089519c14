/** The whole creator in virtual time, with an API server and a store in memory: what takes turns with what. */
import t from 'tap'
import type { StoragePolicy } from '../../api/storage-policy.ts'
import { parseStoragePolicy } from '../../api/storage-policy.ts'
import { memoryStore, virtualClock } from '../fixtures.ts'
import type { ApiServer } from '../kubernetes/api-server.ts'
import { openLog } from '../log.ts'
import { readConfig } from './config.ts'
import { metrics } from './metrics.ts'
import { wire } from './wire.ts'

const storeLatency = 20

/** An API server without pods; what is sent comes over the watch. */
function serverOf() {
  const frames: string[] = []
  let wake = () => {}
  async function* watch() {
    for (;;) {
      for (const frame of frames.splice(0)) yield Buffer.from(frame)
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  async function* list() {
    yield Buffer.from('{"metadata":{"resourceVersion":"1"},"items":[]}')
  }
  const server: ApiServer = {
    request: async () => ({ status: 201, body: { spec: {} } }),
    stream: async (path) => ({ status: 200, chunks: path.includes('watch=true') ? watch() : list() }),
  }
  const put = (namespace: string, name: string, secrets: readonly string[]) => {
    const annotations = {
      'init.bsycorp.com/storage-prefix': `/${namespace}`,
      ...Object.fromEntries(
        secrets.map((secret) => [`secret.bsycorp.com/${secret}`, 'kind=DYNAMIC,type=RANDOM,size=256']),
      ),
    }
    const created = { resourceVersion: '2', creationTimestamp: '2026-01-01T00:00:00Z' }
    const metadata = { uid: `${namespace} ${name}`, namespace, name, ...created, annotations }
    frames.push(`${JSON.stringify({ type: 'ADDED', object: { metadata } })}\n`)
    wake()
  }
  return { server, put }
}

function startWired(policy: StoragePolicy) {
  const clock = virtualClock()
  const { store, stored } = memoryStore()
  const { server, put } = serverOf()
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
      return await store.exists(names)
    },
    create: async (...call: Parameters<typeof store.create>) => {
      await clock.sleep(storeLatency)
      return await store.create(...call)
    },
  }
  const { act } = wire(
    settings,
    { store: slow, server, policy, checkBeforeSending: () => {} },
    {
      clock,
      random: () => 0.5,
      log: openLog('error', () => {}),
      metrics: metrics(),
      warn: () => {},
      leads: () => true,
      stop: stop.signal,
      heapBytes: 2 ** 28,
      usedHeap: () => 0,
    },
  )
  void act()
  /** How long another team waits for a value, in seconds. */
  const waitOf = async (namespace: string, secret: string) => {
    const begun = clock.now()
    put(namespace, secret, [secret])
    while (!stored.has(`/${namespace}/${secret}`) && clock.now() - begun < 300_000) await clock.sleep(10)
    return (clock.now() - begun) / 1000
  }
  return { clock, put, waitOf, stop: () => stop.abort() }
}

function policyOf(...rules: readonly object[]): StoragePolicy {
  const { value } = parseStoragePolicy({
    apiVersion: 'kees.bsycorp.com/v1alpha1',
    kind: 'StoragePolicy',
    spec: { rules },
  })
  if (value === undefined) throw new Error('the policy is invalid')
  return value
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`)

await t.test(
  'very many namespaces that each want several parameters do not delay a team that was served before',
  async (t) => {
    const { clock, put, waitOf, stop } = startWired(
      policyOf({ namespaces: ['*'], prefixes: ['/{namespace}'] }),
    )
    const before = await waitOf('shop', 'before')
    for (let index = 0; index < 500; index++) put(`evil-${index}`, 'p', names(12))
    await clock.sleep(30_000)
    for (let request = 0; request < 5; request++) {
      const wait = await waitOf('shop', `request${request}`)
      t.ok(wait <= before + 1, `${wait} s, before ${before} s`)
      await clock.sleep(5000)
    }
    const first = await waitOf('new', 'first')
    t.ok(first <= before + 2, `a namespace that was never served waits ${first} s`)
    stop()
  },
)
