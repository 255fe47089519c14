/** What the etcd of a control plane holds, and how it becomes again what it was. https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/ */

/** In base64, by the key, which is in base64 too. */
export type EtcdState = ReadonlyMap<string, string>

const encode = (text: string) => Buffer.from(text).toString('base64')
/** All objects of the API server, which has other keys for itself. */
const objects = { key: encode('/registry/'), range_end: encode('/registry0') }
/** Of the API server: it renews it. */
const isLease = (key: string) =>
  Buffer.from(key, 'base64').toString().startsWith('/registry/leases/kube-system/')

export async function readEtcd(endpoint: string): Promise<EtcdState> {
  const { kvs = [] }: Range = JSON.parse(await post(endpoint, 'range', objects))
  return new Map(kvs.map(({ key, value = '' }) => [key, value]))
}

/** The API server notices it as it notices what another API server writes. @returns the keys that were deleted, as texts. */
export async function restoreEtcd(endpoint: string, before: EtcdState): Promise<readonly string[]> {
  const now = await readEtcd(endpoint)
  const added = [...now.keys()].filter((key) => !before.has(key))
  const changed = [...before].filter(([key, value]) => now.get(key) !== value && !isLease(key))
  await Promise.all([
    ...added.map((key) => post(endpoint, 'deleterange', { key })),
    ...changed.map(([key, value]) => post(endpoint, 'put', { key, value })),
  ])
  return added.map((key) => Buffer.from(key, 'base64').toString())
}

type Range = { readonly kvs?: readonly { readonly key: string; readonly value?: string }[] }

async function post(endpoint: string, call: string, body: object): Promise<string> {
  const response = await fetch(`${endpoint}/v3/kv/${call}`, { method: 'POST', body: JSON.stringify(body) })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`etcd answers ${call} with ${response.status}: ${text}`)
  return text
}
