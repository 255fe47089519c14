import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from './use-node.ts'

const attempts = 30
const pause = 2000
/** What kubectl prints where the API server, or etcd behind it, does not answer in time. */
const late = /timeout|timed out|deadline exceeded|unable to connect|unable to return a response in time|EOF/i

/**
 * The cluster for a test that makes it very busy: a command whose request was not answered in time is repeated, so it must be one that may be
 * repeated, such as `apply`.
 */
export function patientCluster(cluster: Cluster): Cluster {
  const kubectl: Cluster['kubectl'] = async (args, input) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await cluster.kubectl(args, input)
      } catch (error) {
        if (attempt === attempts || !late.test(String(error))) throw error
        await sleep(pause)
      }
    }
  }
  return { ...cluster, kubectl }
}
