/**
 * Lists and watches the metadata of pods that are not finished. The answers are PartialObjectMetadata, which the Watch of
 * @kubernetes/client-node cannot ask for: docs/adr/0011-own-list-and-watch.md.
 */
import { failed, type Peer } from '../failure.ts'
import type { Clock } from '../scheduling/clock.ts'
import { apiFailure } from './api-failure.ts'
import type { ApiServer, ApiStream } from './api-server.ts'
import { mapOf } from '../../api/json.ts'
import { gatherChunks } from './gather-chunks.ts'
import { readListItems } from './list-items.ts'
import { PageRequests } from './page-requests.ts'
import { type PodMetadata, readPodMetadata } from './pod-metadata.ts'
import { PodScanner } from './pod-scanner.ts'
import { parseFrame, watchFrames } from './watch-frames.ts'

export type PodPage =
  | {
      /** Of the list: what a watch goes on from. */
      readonly version: string
      /** Asks for the next page; absent on the last. */
      readonly next?: string
    }
  /** The token of the next page, or the version, is too old. */
  | 'expired'

export type PodChange =
  | { readonly type: 'seen' | 'gone'; readonly pod: PodMetadata; readonly version: string }
  | { readonly type: 'bookmark'; readonly version: string }
  | { readonly type: 'expired' }

/** Every failure is thrown with a code of failure.ts. */
export type PodListWatch = {
  readonly peer: Peer
  /** @param seen is called with each pod of the page. @param ready what to wait for before more of it is read. */
  readonly list: (
    seen: (pod: PodMetadata) => void,
    next?: string,
    ready?: () => Promise<void> | undefined,
  ) => Promise<PodPage>
  /** Ends when the server ends it, which it does every few minutes. */
  readonly watch: (version: string, signal: AbortSignal) => AsyncIterable<PodChange>
}

export type PodSelection = {
  /** All namespaces without it. */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly annotationDomain: string
}

const unfinished = 'status.phase!=Succeeded,status.phase!=Failed'
const partial = (kind: string) => `application/json;as=${kind};g=meta.k8s.io;v=v1`
/** A page of metadata with managed fields is some 2 MB. */
const pageSize = 500
/** In seconds; the server ends a watch after that, so that watches spread over its replicas. */
const shortestWatch = 240
export function podListWatch(
  server: ApiServer,
  selection: PodSelection,
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
): PodListWatch {
  const { namespace, labelSelector, annotationDomain } = selection
  const { peer } = server
  const scanner = new PodScanner(annotationDomain)
  const pathOf = (query: Readonly<Record<string, string>>) => {
    const selectors = { fieldSelector: unfinished, ...(labelSelector ? { labelSelector } : {}) }
    const where = namespace === undefined ? '' : `/namespaces/${namespace}`
    return `/api/v1${where}/pods?${new URLSearchParams({ ...selectors, ...query }).toString()}`
  }

  const pages = new PageRequests((token, signal) => {
    const path = pathOf({ limit: String(pageSize), ...(token === undefined ? {} : { continue: token }) })
    return server.stream(path, partial('PartialObjectMetadataList'), signal)
  })
  const readPage = async (
    { status, chunks }: ApiStream,
    seen: (pod: PodMetadata) => void,
    ready: (() => Promise<void> | undefined) | undefined,
  ): Promise<PodPage> => {
    const body = await readListItems(chunks, peer, {
      item: (object) => {
        const pod = status === 200 ? readPodMetadata(object, annotationDomain) : undefined
        if (pod) seen(pod)
      },
      scan: (bytes, start) => {
        const scanned = status === 200 ? scanner.scan(bytes, start) : undefined
        if (scanned) seen(scanned.pod)
        return scanned?.end ?? 0
      },
      begun: (head) => {
        const { next } = pageOf(head)
        if (status === 200 && next !== undefined) pages.ahead(next)
      },
      ready,
    })
    if (status === 410) return 'expired'
    const { version, next } = pageOf(body)
    if (status !== 200 || version === undefined) throw apiFailure({ status, body }, 'list pods', peer)
    return next === undefined ? { version } : { version, next }
  }

  return {
    peer,

    async list(seen, next, ready) {
      const page = await pages.take(next)
      try {
        const read = await readPage(page, seen, ready)
        if (read === 'expired') pages.drop()
        return read
      } catch (error) {
        pages.drop()
        throw error
      } finally {
        page.close()
      }
    },

    async *watch(version, signal) {
      const timeout = Math.round(shortestWatch * (1 + random()))
      const path = pathOf({
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: version,
        timeoutSeconds: String(timeout),
      })
      const { status, chunks } = await server.stream(path, partial('PartialObjectMetadata'), signal)
      if (status === 410) {
        yield { type: 'expired' }
        return
      }
      if (status !== 200)
        throw apiFailure(
          { status, body: await readListItems(chunks, peer, { item: () => {} }) },
          'watch pods',
          peer,
        )
      for await (const frame of watchFrames(gatherChunks(chunks, clock), peer))
        yield scanChange(frame, scanner) ?? readChange(parseFrame(frame, peer), annotationDomain, peer)
    },
  }
}

/** What a list says of itself. */
function pageOf(list: unknown): { readonly version: string | undefined; readonly next: string | undefined } {
  const { resourceVersion: version, continue: next } = mapOf(mapOf(list)['metadata'])
  return {
    version: typeof version === 'string' ? version : undefined,
    next: typeof next === 'string' && next !== '' ? next : undefined,
  }
}

const closeBrace = 125
const types: Readonly<Record<string, 'seen' | 'gone'>> = { ADDED: 'seen', MODIFIED: 'seen', DELETED: 'gone' }

/** What precedes the pod in a frame. */
const frameHeads = Object.entries(types).map(([type, change]) => ({
  head: Buffer.from(`{"type":"${type}","object":`),
  change,
}))

/** @returns undefined where the frame has to be parsed. */
function scanChange(frame: Buffer, scanner: PodScanner): PodChange | undefined {
  for (const { head, change } of frameHeads) {
    if (frame.length < head.length || head.compare(frame, 0, head.length) !== 0) continue
    const scanned = scanner.scan(frame, head.length)
    // Nothing but the bracket of the frame may follow.
    if (scanned?.end !== frame.length - 1 || frame[scanned.end] !== closeBrace) return undefined
    return { type: change, pod: scanned.pod, version: scanned.pod.version }
  }
  return undefined
}

function readChange(frame: unknown, domain: string, peer: Peer): PodChange {
  const { type, object } = mapOf(frame)
  if (type === 'ERROR') {
    const { code } = mapOf(object)
    if (code === 410) return { type: 'expired' }
    throw apiFailure({ status: typeof code === 'number' ? code : 0, body: object }, 'watch pods', peer)
  }
  if (type === 'BOOKMARK') {
    const { resourceVersion: version } = mapOf(mapOf(object)['metadata'])
    if (typeof version === 'string') return { type: 'bookmark', version }
  }
  const change = typeof type === 'string' && Object.hasOwn(types, type) ? types[type] : undefined
  const pod = change && readPodMetadata(object, domain)
  if (change === undefined || pod === undefined) {
    const message = 'the API server sent a watch event of an unknown form'
    throw failed({ code: 'BAD_ANSWER', message, ...peer })
  }
  return { type: change, pod, version: pod.version }
}
