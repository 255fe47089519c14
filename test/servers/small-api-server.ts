/**
 * As much of an API server as the creator uses, in this process: pods, Events and Leases in memory. For tests that need no
 * real one, and start in no time.
 */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { mapOf } from '../../api/json.ts'
import type { ControlPlane } from './control-plane.ts'

export type SmallApiServer = Pick<ControlPlane, 'server' | 'request' | 'restartServer' | 'stop'>

type Stored = Record<string, unknown> & { metadata: Record<string, unknown> }
type Answer = readonly [status: number, body: unknown]

const failure = (code: number, reason: string): Answer => [code, { kind: 'Status', code, reason }]

export async function startSmallApiServer(): Promise<SmallApiServer> {
  /** By path. */
  const objects = new Map<string, Stored>()
  const watches = new Set<ServerResponse>()
  /** What a watch goes on from; it is expired before `oldest`. */
  let [version, oldest] = [1, 0]
  const changes: { readonly version: number; readonly frame: string }[] = []
  const pods = () => [...objects].flatMap(([path, object]) => (path.includes('/pods/') ? [object] : []))

  const changed = (path: string, type: string, object: Stored) => {
    object.metadata['resourceVersion'] = String(++version)
    if (!path.includes('/pods/')) return
    const frame = `${JSON.stringify({ type, object })}\n`
    changes.push({ version, frame })
    for (const response of watches) response.write(frame)
  }
  const store = (path: string, type: string, sent: Stored): Answer => {
    const { uid = `uid-${version}`, creationTimestamp = new Date().toISOString() } = sent.metadata
    const object = { ...sent, metadata: { ...sent.metadata, uid, creationTimestamp } }
    objects.set(path, object)
    changed(path, type, object)
    return [type === 'ADDED' ? 201 : 200, object]
  }
  const answer = (method: string, path: string, sent: Stored): Answer => {
    const old = objects.get(path)
    const created = `${path}/${String(sent.metadata['name'])}`
    switch (method) {
      case 'POST':
        return objects.has(created) ? failure(409, 'AlreadyExists') : store(created, 'ADDED', sent)
      case 'PUT':
        return old === undefined || old.metadata['resourceVersion'] !== sent.metadata['resourceVersion']
          ? failure(409, 'Conflict')
          : store(path, 'MODIFIED', sent)
      case 'DELETE':
        if (old === undefined) return failure(404, 'NotFound')
        objects.delete(path)
        changed(path, 'DELETED', old)
        return [200, old]
      default:
        if (old !== undefined) return [200, old]
        if (/\/(pods|events)$/.test(path)) {
          const items = path.endsWith('/pods')
            ? pods()
            : [...objects].flatMap(([key, one]) => (key.startsWith(`${path}/`) ? [one] : []))
          return [200, { kind: 'List', metadata: { resourceVersion: String(version) }, items }]
        }
        return failure(404, 'NotFound')
    }
  }
  const watch = (from: number, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    if (from < oldest) {
      const [, object] = failure(410, 'Expired')
      return void response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`)
    }
    for (const change of changes) if (change.version > from) response.write(change.frame)
    watches.add(response)
    return void response.on('close', () => watches.delete(response))
  }

  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { pathname: path, searchParams } = new URL(request.url ?? '', 'http://server')
      if (searchParams.get('watch') === 'true')
        return watch(Number(searchParams.get('resourceVersion')), response)
      const sent: unknown = body === '' ? {} : JSON.parse(body)
      const object = { ...mapOf(sent), metadata: { ...mapOf(mapOf(sent)['metadata']) } }
      const [status, answered] = answer(request.method ?? 'GET', path, object)
      response.writeHead(status, { 'content-type': 'application/json' })
      return void response.end(JSON.stringify(answered))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  return {
    server: url,
    request: async (method, path, body) => {
      const init = body === undefined ? {} : { body: JSON.stringify(body) }
      const response = await fetch(`${url}${path}`, { method, ...init })
      return { status: response.status, body: await response.json() }
    },
    // Like a real one, it no longer has the versions from before.
    restartServer: async () => {
      oldest = ++version
      changes.length = 0
      for (const response of watches) response.destroy()
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
