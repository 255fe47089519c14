/** The creator: its Deployment, its Lease, and what its Events say. */
import { listOf, mapOf } from '../../api/json.ts'
import { exitCode } from '../../api/exit-code.ts'
import type { Clock } from '../../runtime/scheduling/clock.ts'
import type { Cluster } from '../cluster/read-cluster.ts'
import { type Check, checked, error, ok, unreadable, warning } from './check.ts'
import type { Needs } from './needs.ts'
import { parseAnswer } from '../cluster/parse-answer.ts'

const check = 'creator'
const remedyOfLog =
  'read its log and Events: kubectl logs -n NAMESPACE -l app.kubernetes.io/name=kees-creator --prefix; meanwhile kees create creates what is missing'

/** @param version of this kees. @param clock its `date` is the wall clock, in milliseconds. */
export function checkCreator(
  cluster: Cluster,
  needs: Needs,
  version: string,
  clock: WallClock,
): Promise<readonly Check[]> {
  return checked(
    check,
    async () =>
      parseAnswer(
        await cluster('deployments', '-A', '-l', 'app.kubernetes.io/name=kees-creator', '-o', 'json'),
      ),
    async (answer) => {
      const found = listOf(mapOf(answer)['items']).map(readDeployment)
      if (found.length === 0) return [notInstalled(needs)]
      const each = await Promise.all(found.map((one) => judgeCreator(one, cluster, version, clock)))
      return each.flat()
    },
    unreadable(check, 'list deployments in all namespaces'),
  )
}

type WallClock = Pick<Clock, 'sleep'> & { readonly date: () => number }

function notInstalled({ dynamic }: Needs): Check {
  const message = 'no Deployment has the label app.kubernetes.io/name=kees-creator'
  const hint = 'install it (install/creator), or create DYNAMIC parameters with kees create'
  return dynamic
    ? warning(check, `${message}: nobody creates what is DYNAMIC`, hint)
    : ok(check, `${message}, and nothing is DYNAMIC`)
}

type Deployment = {
  readonly namespace: string
  readonly name: string
  readonly image: string
  readonly replicas: number
  readonly ready: number
  /** Undefined without leader election. */
  readonly lease: string | undefined
}

function readDeployment(object: unknown): Deployment {
  const { metadata, spec, status } = mapOf(object)
  const { namespace, name } = mapOf(metadata)
  const { replicas, template } = mapOf(spec)
  const [container] = listOf(mapOf(mapOf(template)['spec'])['containers'])
  const { image, env } = mapOf(container)
  const variables = new Map(listOf(env).map((one) => [mapOf(one)['name'], mapOf(one)['value']]))
  const { readyReplicas } = mapOf(status)
  const lease = variables.get('LEASE_NAME')
  return {
    namespace: String(namespace),
    name: String(name),
    image: typeof image === 'string' ? image : '',
    replicas: typeof replicas === 'number' ? replicas : 1,
    ready: typeof readyReplicas === 'number' ? readyReplicas : 0,
    lease:
      variables.get('LEADER_ELECTION') === 'false'
        ? undefined
        : typeof lease === 'string' && lease !== ''
          ? lease
          : 'kees-creator',
  }
}

async function judgeCreator(
  creator: Deployment,
  cluster: Cluster,
  version: string,
  clock: WallClock,
): Promise<readonly Check[]> {
  const { namespace, name, replicas, ready, lease } = creator
  const hint = remedyOfLog.replace('NAMESPACE', namespace)
  const about = `${ready} of ${replicas} replicas of Deployment ${namespace}/${name} are ready`
  const replicasCheck =
    ready === 0
      ? error(check, about, hint, exitCode.unreachable)
      : ready < replicas
        ? warning(check, about, hint)
        : ok(check, about)
  const leader = lease === undefined ? [] : await checkLease(cluster, namespace, lease, clock, hint)
  return [replicasCheck, ...judgeVersion(creator, version), ...leader]
}

/** An image is of a release if its tag is a version. */
function judgeVersion({ image }: Deployment, version: string): Check[] {
  const [, tag] = /:v?(\d+\.\d+\.\d+)(?:@.*)?$/.exec(image) ?? []
  if (tag === undefined || tag === version) return []
  const message = `the creator is version ${tag}, and this kees is ${version}`
  return [warning(check, message, 'use the same release, the creator first: docs/upgrading.md')]
}

type Lease = { readonly holder: string; readonly renewed: number; readonly duration: number }

/**
 * The Lease of a leader is renewed. Clocks of two machines are not compared unless they agree: where the Lease looks expired, it is read again
 * after its duration.
 */
function checkLease(
  cluster: Cluster,
  namespace: string,
  name: string,
  clock: WallClock,
  hint: string,
): Promise<readonly Check[]> {
  const read = async () => readLease(parseAnswer(await cluster('lease', name, '-n', namespace, '-o', 'json')))
  const none = (why: string) => [error(check, `no creator is the leader: ${why}`, hint, exitCode.unreachable)]
  return checked(
    check,
    read,
    async (lease) => {
      if (lease.holder === '') return none(`the Lease ${namespace}/${name} has no holder`)
      const age = clock.date() - lease.renewed
      const leads = ok(check, `${lease.holder} is the leader`)
      if (age >= -skewTolerance && age <= lease.duration) return [leads]
      await clock.sleep(lease.duration)
      const later = await read()
      if (later.renewed !== lease.renewed) return [leads]
      return none(`${lease.holder} does not renew the Lease ${namespace}/${name}`)
    },
    (failure) =>
      failure.code === 'MISSING'
        ? none(`the Lease ${namespace}/${name} does not exist`)
        : unreadable(check, `get lease ${name} in namespace ${namespace}`)(failure),
  )
}

/** In milliseconds. */
const skewTolerance = 2000
/** A Lease may say anything. */
const longestDuration = 60_000

function readLease(object: unknown): Lease {
  const { holderIdentity, renewTime, leaseDurationSeconds } = mapOf(mapOf(object)['spec'])
  const renewed = typeof renewTime === 'string' ? Date.parse(renewTime) : Number.NaN
  const duration = typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds * 1000 : 15_000
  return {
    holder: typeof holderIdentity === 'string' ? holderIdentity : '',
    renewed: Number.isNaN(renewed) ? 0 : renewed,
    duration: Math.min(Math.max(duration, 0), longestDuration),
  }
}
