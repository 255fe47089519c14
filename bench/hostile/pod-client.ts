/** Creates, changes and removes pods, and asks how the creator is doing. */
import { Agent, request } from 'node:http'
import { json } from 'node:stream/consumers'
import { mapOf } from '../../api/json.ts'
import type { ApiStatus, HostilePod } from './api.ts'

export type PodClient = {
  /** @returns false, and does nothing, while the creator does not read what was sent before. */
  readonly put: (pod: HostilePod) => Promise<boolean>
  readonly remove: (pod: Pick<HostilePod, 'namespace' | 'name'>) => Promise<void>
  readonly status: () => Promise<ApiStatus>
}

/** @param waits whether changes wait until the creator has read what was sent before: so for an attacker, who is no faster than an API server. */
export function podClient(url: string, waits: boolean): PodClient {
  const agent = new Agent({ keepAlive: true })
  const call = (method: string, path: string, body?: unknown) =>
    new Promise<{ readonly status: number | undefined; readonly body: unknown }>((resolve, reject) => {
      const outgoing = request(`${url}${path}`, { method, agent }, (answer) => {
        json(answer).then((read) => resolve({ status: answer.statusCode, body: read }), reject)
      })
      outgoing.on('error', reject)
      outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    })
  const pathOf = ({ namespace, name }: Pick<HostilePod, 'namespace' | 'name'>) =>
    `/api/v1/namespaces/${namespace}/pods/${name}${waits ? '?waits' : ''}`
  return {
    put: async (pod) =>
      (await call('PUT', pathOf(pod), { annotations: pod.annotations, more: pod.more })).status === 200,
    remove: async (pod) => {
      while ((await call('DELETE', pathOf(pod))).status !== 200)
        await new Promise((resolve) => setTimeout(resolve, 50))
    },
    status: async () => {
      const { holder, longestRenewal, unread } = mapOf((await call('GET', '/bench')).body)
      return {
        holder: typeof holder === 'string' ? holder : undefined,
        longestRenewal: Number(longestRenewal),
        unread: Number(unread),
      }
    },
  }
}
