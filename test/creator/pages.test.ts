/**
 * The creator lists more pods than fit into a page of a real API server, which its controllers made of a Deployment, and
 * goes on watching when nothing happens for longer than it takes a silence for a dead connection.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { type ApiServer, openApiServer } from '../../runtime/kubernetes/api-server.ts'
import { podListWatch } from '../../runtime/kubernetes/list-watch.ts'
import { clock } from '../../runtime/scheduling/clock.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { createNamespace, createPod, deploy } from './cluster-workloads.ts'
import { controllersMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { startCreator } from './process.ts'
import { isLong } from '../programs/long.ts'
import { eventually } from '../programs/eventually.ts'

t.setTimeout(1_200_000)

/** More than a page of 500; in full more than two. */
const replicas = isLong ? 1010 : 510
/** The creator gives up a connection over which nothing came for 90 s: watch-all.test.ts, by a clock of its own. */
const quiet = isLong ? 100_000 : 0

/** @property requests how many there were at the end of each page. */
async function listPages(kubeconfig: string) {
  const { server } = openApiServer(kubeconfig)
  if (server === undefined) throw new Error('the kubeconfig cannot be used')
  const names: string[] = []
  const requests: number[] = []
  let asked = 0
  const counted: ApiServer = {
    ...server,
    stream: (...call) => {
      asked++
      return server.stream(...call)
    },
  }
  const api = podListWatch(counted, { annotationDomain: 'bsycorp.com' }, { clock, random: Math.random })
  let next: string | undefined
  do {
    const page = await api.list(({ name }) => void names.push(name), next)
    if (page === 'expired') throw new Error('the list has expired')
    requests.push(asked)
    next = page.next
  } while (next !== undefined)
  return { names, requests }
}

t.test('pages and a quiet watch', { skip: controllersMissing }, async (t) => {
  const [plane, ssm] = await Promise.all([sharedControlPlane(t, { controllers: true }), startFakeSsm()])
  t.teardown(() => ssm.stop())
  await createNamespace(plane, 'shop')
  await deploy(
    plane,
    'shop',
    'many',
    { 'secret.bsycorp.com/key': 'kind=DYNAMIC,type=RANDOM,size=128' },
    replicas,
  )
  const made = async () => {
    const { body } = await plane.request('GET', '/apis/apps/v1/namespaces/shop/deployments/many')
    return JSON.stringify(body).includes(`"replicas":${replicas},"updatedReplicas"`)
  }
  await eventually('the controllers have made the pods', made)

  const creator = await startCreator({
    KUBECONFIG: plane.kubeconfig,
    ALLOW_ALL_PREFIXES: 'true',
    LEADER_ELECTION: 'false',
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: ssm.endpoint,
    AWS_ACCESS_KEY_ID: 'creator',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
  t.teardown(() => creator.kill())
  const metrics = async () => (await creator.get('/metrics')).text
  await eventually('every pod is known', async () =>
    (await metrics()).includes(`kees_creator_pods ${replicas}\n`),
  )
  await eventually('the secret is stored', () => ssm.stored.newest('/key') !== undefined)

  const { names, requests } = await listPages(plane.kubeconfig)
  t.equal(new Set(names).size, replicas)
  t.equal(names.length, replicas, 'each pod once')
  const pageCount = Math.ceil(replicas / 500)
  t.strictSame(
    requests,
    Array.from({ length: pageCount }, (_, page) => Math.min(page + 2, pageCount)),
    'while a page is read, the next one is requested, and no other',
  )

  await sleep(quiet)
  t.notMatch(
    await metrics(),
    /watch_restarts_total\{cause="(silent|failed|expired)"\} [1-9]/,
    'the watch went on',
  )
  t.equal((await creator.get('/healthz')).status, 200)
  await createPod(plane, 'shop', 'one-more', {
    'secret.bsycorp.com/late': 'kind=DYNAMIC,type=RANDOM,size=128',
  })
  await eventually('later changes are seen', () => ssm.stored.newest('/late') !== undefined)
})
