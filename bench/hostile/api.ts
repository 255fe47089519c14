/** The part of an API server that the creator uses, with pods that come and go as a team likes, and a Lease. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { mapOf } from '../../api/json.ts'
import { injectedSpec, kubeconfigOf } from '../replayed-pods.ts'

export type HostilePod = {
  readonly namespace: string
  readonly name: string
  readonly annotations: Readonly<Record<string, string>>
  /** More of its metadata. */
  readonly more?: Readonly<Record<string, unknown>>
}

export type HostileApi = {
  readonly kubeconfig: string
  /** Creates or changes a pod. @returns false, and does nothing, while the creator does not read what was sent before. */
  readonly put: (pod: HostilePod) => boolean
  readonly remove: (pod: Pick<HostilePod, 'namespace' | 'name'>) => void
  /** The Events of a namespace, by reason. */
  readonly events: ReadonlyMap<string, number>
  /** The longest time between two renewals of the Lease, in milliseconds, since the last call. */
  readonly longestRenewal: () => number
  readonly holder: () => unknown
  readonly stop: () => Promise<void>
}

const mostUnread = 4 * 1024 * 1024

export async function startHostileApi(): Promise<HostileApi> {
  const pods = new Map<string, string>()
  const watches = new Set<ServerResponse>()
  const events = new Map<string, number>()
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
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    const answer = async () => {
      const body = mapOf(request.method === 'GET' ? {} : JSON.parse(await text(request)))
      if (pathname.includes('/leases')) {
        if (request.method === 'GET') return json(response, lease === undefined ? 404 : 200, lease ?? {})
        lease = { ...body, metadata: { ...mapOf(body['metadata']), resourceVersion: `${++version}` } }
        longest = Math.max(longest, performance.now() - renewedAt)
        renewedAt = performance.now()
        return json(response, request.method === 'POST' ? 201 : 200, lease)
      }
      if (request.method === 'POST') {
        const key = `${String(mapOf(body['metadata'])['namespace'])} ${String(body['reason'])}`
        events.set(key, (events.get(key) ?? 0) + 1)
        return json(response, 201, {})
      }
      if (!pathname.endsWith('/pods')) return json(response, 200, { spec: injectedSpec })
      if (searchParams.get('watch') === null) return await list(response)
      watches.add(response)
      response.setHeader('content-type', 'application/json')
      response.flushHeaders()
      const seconds = Number(searchParams.get('timeoutSeconds') ?? 300)
      await Promise.race([sleep(seconds * 1000, undefined, { ref: false }), once(response, 'close')])
      watches.delete(response)
      return response.end()
    }
    answer().catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const send = (type: string, pod: string) => {
    for (const watch of watches) watch.write(`{"type":"${type}","object":${pod}}\n`)
  }
  return {
    kubeconfig: kubeconfigOf(`http://127.0.0.1:${port}`),
    events,
    put: ({ namespace, name, annotations, more }) => {
      for (const { writableLength } of watches) if (writableLength > mostUnread) return false
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
          ...more,
        },
      })
      send(pods.has(key) ? 'MODIFIED' : 'ADDED', pod)
      pods.set(key, pod)
      return true
    },
    remove: ({ namespace, name }) => {
      const pod = pods.get(`${namespace}/${name}`)
      if (pod !== undefined) send('DELETED', pod)
      pods.delete(`${namespace}/${name}`)
    },
    longestRenewal: () => {
      const last = Math.max(longest, performance.now() - renewedAt)
      longest = 0
      return last
    },
    holder: () => mapOf(mapOf(lease)['spec'])['holderIdentity'],
    stop: async () => {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}
