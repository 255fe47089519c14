/**
 * The part of an API server that the creator uses, for any number of pods: lists in pages, a watch that sends its events as
 * fast as the client reads, single pods and Events. Pods are generated when they are sent, so they use no memory.
 */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { type Fleet, podOf } from './pod-metadata.ts'
import { injectedSpec, kubeconfigOf } from './replayed-pods.ts'

type PodReplay = {
  readonly url: string
  /** The path of a kubeconfig for it. */
  readonly kubeconfig: string
  readonly calls: Readonly<Record<'list' | 'watch' | 'get' | 'event', number>>
  /** The number of bytes sent in lists and watches. */
  readonly sent: () => number
  /** Resolves when a watch is open. */
  readonly watched: () => Promise<void>
  /** Resolves when all frames are handed over to the network. */
  readonly send: (frames: Iterable<string>) => Promise<void>
  readonly stop: () => Promise<void>
}

/** The resource version of the list. Events of a watch have later ones. */
export const listVersion = 1_000_000

export function frame(type: 'ADDED' | 'MODIFIED' | 'DELETED', pod: string): string {
  return `{"type":"${type}","object":${pod}}\n`
}

export async function startPodReplay(fleet: Fleet, kubeconfig: string): Promise<PodReplay> {
  const calls = { list: 0, watch: 0, get: 0, event: 0 }
  let bytes = 0
  let watch: ServerResponse | undefined
  const watched = Promise.withResolvers<void>()
  const write = async (response: ServerResponse, text: string) => {
    bytes += text.length
    if (!response.write(text)) await once(response, 'drain')
  }
  const list = async (response: ServerResponse, query: URLSearchParams) => {
    calls.list++
    const from = Number(query.get('continue') ?? 0)
    const to = Math.min(fleet.pods, from + Number(query.get('limit') ?? fleet.pods))
    const following = to < fleet.pods ? `,"continue":"${to}","remainingItemCount":${fleet.pods - to}` : ''
    const metadata = `{"resourceVersion":"${listVersion}"${following}}`
    const head = `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":${metadata},"items":[`
    const pods = Array.from({ length: to - from }, (_, index) => podOf(from + index, fleet, from + index + 1))
    await write(response, `${head}${pods.join(',')}]}`)
    response.end()
  }
  // A connection that is closed because it is idle could be one that the creator is about to use.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    request.resume()
    response.setHeader('content-type', 'application/json')
    if (request.method === 'POST') {
      calls.event++
      response.writeHead(201).end('{}')
    } else if (!pathname.endsWith('/pods')) {
      calls.get++
      response.end(injectedPod)
    } else if (searchParams.get('watch') === null) {
      list(response, searchParams).catch(() => response.destroy())
    } else {
      calls.watch++
      watch = response
      watched.resolve()
      response.flushHeaders()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the replay has no port')
  const url = `http://127.0.0.1:${address.port}`
  writeFileSync(kubeconfig, kubeconfigOf(url))
  return {
    url,
    kubeconfig,
    calls,
    sent: () => bytes,
    watched: () => watched.promise,
    send: async (frames) => {
      if (watch === undefined) throw new Error('there is no watch to send to')
      let buffered = ''
      for (const one of frames) {
        buffered += one
        if (buffered.length < 2 ** 18) continue
        await write(watch, buffered)
        buffered = ''
      }
      await write(watch, buffered)
    },
    stop: async () => {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

const injectedPod = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', spec: injectedSpec })
