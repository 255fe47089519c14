/**
 * The part of an API server that the creator uses, with pods that a team adds and removes, and a Lease. The attacker and the other
 * team call `PUT` and `DELETE` of a pod; the benchmark calls `/bench`. Run as a program, it is a process of its own.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { mapOf } from '../../api/json.ts'
import { injectedSpec } from '../replayed-pods.ts'

export type HostilePod = {
  readonly namespace: string
  readonly name: string
  readonly annotations: Readonly<Record<string, string>>
  /** More of its metadata. */
  readonly more?: Readonly<Record<string, unknown>>
}

export type ApiStatus = {
  readonly holder: string | undefined
  /** The longest time between two renewals of the Lease, in milliseconds, since the last time that this was asked for. */
  readonly longestRenewal: number
  /** What the creator has not read yet of its watch, in bytes. */
  readonly unread: number
}

type HostileApi = { readonly url: string; readonly stop: () => Promise<void> }

/** From so many bytes on that the creator has not read, changes by the attacker wait. */
const mostUnread = 4 * 1024 * 1024

export async function startHostileApi(): Promise<HostileApi> {
  const pods = new Map<string, string>()
  const watches = new Set<ServerResponse>()
  let [version, renewedAt, longest] = [1000, performance.now(), 0]
  let lease: unknown

  const json = (response: ServerResponse, status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  const list = async (response: ServerResponse) => {
    response.setHeader('content-type', 'application/json')
    response.write(
      `{"kind":"PartialObjectMetadataList","metadata":{"resourceVersion":"${version}"},"items":[`,
    )
    let comma = ''
    for (const pod of pods.values()) {
      if (!response.write(comma + pod)) await Promise.race([once(response, 'drain'), once(response, 'close')])
      comma = ','
    }
    response.end(']}')
  }
  const watch = async (response: ServerResponse, seconds: number) => {
    watches.add(response)
    response.setHeader('content-type', 'application/json')
    response.flushHeaders()
    await Promise.race([sleep(seconds * 1000, undefined, { ref: false }), once(response, 'close')])
    watches.delete(response)
    response.end()
  }
  const send = (type: string, pod: string) => {
    for (const one of watches) one.write(`{"type":"${type}","object":${pod}}\n`)
  }
  const put = (namespace: string, name: string, { annotations, more }: Readonly<Record<string, unknown>>) => {
    const key = `${namespace}/${name}`
    const pod = JSON.stringify({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: {
        uid: `uid ${key}`,
        namespace,
        name,
        resourceVersion: `${++version}`,
        creationTimestamp: '2026-01-01T00:00:00Z',
        annotations,
        ...mapOf(more),
      },
    })
    send(pods.has(key) ? 'MODIFIED' : 'ADDED', pod)
    pods.set(key, pod)
  }
  const remove = (key: string) => {
    const pod = pods.get(key)
    if (pod !== undefined) send('DELETED', pod)
    pods.delete(key)
  }
  const unread = () => Math.max(0, ...[...watches].map(({ writableLength }) => writableLength))
  const status = (): ApiStatus => {
    const longestRenewal = Math.max(longest, performance.now() - renewedAt)
    longest = 0
    const { holderIdentity } = mapOf(mapOf(lease)['spec'])
    return {
      longestRenewal,
      unread: unread(),
      holder: typeof holderIdentity === 'string' ? holderIdentity : undefined,
    }
  }
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '/' } = request
    const { pathname, searchParams } = new URL(url, 'http://127.0.0.1')
    const body = mapOf(method === 'GET' || method === 'DELETE' ? {} : JSON.parse(await text(request)))
    if (pathname === '/bench') return json(response, 200, status())
    if (pathname.includes('/leases')) {
      if (method === 'GET') return json(response, lease === undefined ? 404 : 200, lease ?? {})
      lease = { ...body, metadata: { ...mapOf(body['metadata']), resourceVersion: `${++version}` } }
      longest = Math.max(longest, performance.now() - renewedAt)
      renewedAt = performance.now()
      return json(response, method === 'POST' ? 201 : 200, lease)
    }
    // An Event.
    if (method === 'POST') return json(response, 201, {})
    if (pathname.endsWith('/pods')) {
      if (searchParams.get('watch') === null) return await list(response)
      return await watch(response, Number(searchParams.get('timeoutSeconds') ?? 300))
    }
    const [, namespace = '', name = ''] =
      /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)$/.exec(pathname) ?? []
    if (method === 'GET') return json(response, 200, { spec: injectedSpec })
    if (searchParams.has('waits') && unread() > mostUnread) return json(response, 429, {})
    if (method === 'PUT') put(namespace, name, body)
    else remove(`${namespace}/${name}`)
    return json(response, 200, {})
  }
  // A connection that is closed because it is idle could be one that a client is about to use.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

if (import.meta.main) {
  process.on('disconnect', () => process.exit())
  const { url } = await startHostileApi()
  process.send?.(url)
}
