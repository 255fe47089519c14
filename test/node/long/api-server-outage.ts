/**
 * docs/operations.md while the pods, the kubelet and the controllers do not reach the API server, by one line of iptables. The laptop of the person on
 * call reaches it by another address.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { eventually } from '../../programs/eventually.ts'
import { root } from '../../programs/programs.ts'
import { installCreator } from '../install-creator.ts'
import { goOnCall, onCallMissing } from '../on-call.ts'

t.setTimeout(1_800_000)

const patience = 240_000
const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')
const generated = 'kind=DYNAMIC,type=PASSWORD,size=256'

/** The line of the page that begins so. */
function lineOfPage(beginning: string): string {
  const found = page.split('\n').find((line) => line.replace(/^\$ /, '').startsWith(beginning))
  if (found === undefined) throw new Error(`docs/operations.md has no line "${beginning}"`)
  return found.replace(/^\$ /, '')
}

t.test('an API server that the creator and the kubelet do not reach', { skip: onCallMissing }, async (t) => {
  const { cluster, namespace, store, storeEndpoint, cut, createPod, becomesReady, doctor, shell } =
    await goOnCall(t, 'outage')
  await installCreator(t, cluster, storeEndpoint)
  const ofPage = (beginning: string, pod = '') =>
    lineOfPage(beginning)
      .replace('orders-5d9c7', pod)
      .replace(/-n shop\b/, `-n ${namespace}`)
  const prefix = { 'init.bsycorp.com/storage-prefix': `/${namespace}` }
  const password = `/${namespace}/db.password`
  store.put(password, 'fakepassword')
  const running = {
    ...prefix,
    'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD',
    'secret.bsycorp.com/token.before': generated,
  }
  await createPod('before', running, { inject: { refresh: '2s' } })
  await becomesReady('before')
  const token = store.stored.newest(`/${namespace}/token.before`)?.value ?? ''

  const inRunning = (command: string) =>
    shell(`kubectl exec -n ${namespace} before -c app -- sh -c '${command}'`)
  const names = (await shell('kubectl get pods -n kees -o jsonpath={.items[*].metadata.name}')).split(' ')
  const leader = await shell('kubectl get lease -n kees kees-creator -o jsonpath={.spec.holderIdentity}')
  const other = names.find((name) => name !== leader) ?? ''
  t.equal(names.length, 2)
  t.ok(names.includes(leader), leader)
  const getFrom = async (pod: string, path: string) => {
    const ip = await shell(`kubectl get pod -n kees ${pod} -o jsonpath={.status.podIP}`)
    return inRunning(`wget -q -O- http://${ip}:8080${path} 2>&1`)
  }
  /** That a metric of a replica is so, once it is. */
  const measures = (pod: string, metric: RegExp) =>
    eventually(`${pod} has ${metric}`, async () => metric.test(await getFrom(pod, '/metrics')), patience)
  await measures(leader, /^kees_creator_leading 1$/m)

  const restore = await cut.cluster()

  await t.test('the leader stops to lead, and the log has the reason', async (t) => {
    const previous = () => shell(`kubectl logs -n kees ${leader} --previous`)
    const isLost = async () => (await previous()).includes('the Lease was lost')
    await eventually('the log of the leader has the loss of the Lease', isLost, patience)
    t.match(await previous(), /"message":"the Lease was lost".*"exitCode":5|"exitCode":5.*the Lease was lost/)
    await measures(leader, /^kees_creator_list_errors_total\{code="UNREACHABLE"\} [1-9]/m)
    await measures(other, /^kees_creator_lease_errors_total\{code="UNREACHABLE"\} [1-9]/m)
    for (const pod of [leader, other])
      t.match(await getFrom(pod, '/metrics'), /^kees_creator_leading 0$/m, pod)
    t.match(await getFrom(leader, '/readyz'), /503/)
    const log = await shell(ofPage('kubectl logs -n kees -l'))
    t.match(log, /failed to list pods.*"code":"UNREACHABLE".*"service":"Kubernetes API"/)
    t.match(log, /failed to acquire or renew the Lease.*"code":"UNREACHABLE"/)
  })

  await t.test('kees doctor and kees status name what is missing', async (t) => {
    await createPod('during', { ...prefix, 'secret.bsycorp.com/token.during': generated })
    const { printed, exit } = await doctor('during')
    t.equal(exit, 5, printed)
    t.match(printed, /^kubernetes +ok /m)
    // One of them is not ready, which its kubelet cannot report.
    t.match(printed, /^creator +ok +2 of 2 replicas /m)
    t.match(
      printed,
      /^creator +error +no creator is the leader: kees-creator-\S+ does not renew the Lease kees\/kees-creator\n +hint: .*kubectl logs -n kees/m,
    )
    t.match(printed, new RegExp(`^parameters +error +not created yet: /${namespace}/token\\.during$`, 'm'))
    const status = await shell(ofPage('kubectl get pod orders-5d9c7 -n shop -o yaml |', 'during'))
    t.match(status, /token\.during +DYNAMIC +\S+ +missing$/m)
    t.match(await shell(ofPage('kubectl get lease kees-creator')), leader)
  })

  await t.test('a running pod reads its files, and new values of the store', async (t) => {
    store.put(password, 'fakepassword2')
    const isThere = async () => {
      const read = await inRunning('cat /secret/secret')
      return read.includes('db.password=fakepassword2\n') && read.includes(`token.before=${token}\n`)
    }
    await eventually('the app reads the new value', isThere, patience)
    t.equal(store.stored.newest(`/${namespace}/token.during`), undefined)
  })

  await restore()
  await t.test('all is well by itself, and no secret was made twice', async (t) => {
    await becomesReady('during')
    const heals = async () => {
      const { printed } = await doctor('during')
      return /^creator +ok +2 of 2 /m.test(printed) && /^creator +ok +\S+ is the leader$/m.test(printed)
    }
    await eventually('kees doctor reports a leader', heals, patience)
    const { printed } = await doctor('during')
    t.match(printed, /^pod +ok +its phase is Running$/m)
    t.match(printed, /^parameters +ok +1 of 1 exist$/m)
    const described = async () =>
      /Last State: +Terminated\n[^]*?Exit Code: +5\n/.test(
        await shell(`kubectl describe pod -n kees ${leader}`),
      )
    await eventually('kubectl describe shows exit code 5', described, patience)
    t.match(await shell(`kubectl events -n ${namespace} --for pod/during`), /Normal +Created +Pod\/during/)
    for (const name of ['token.before', 'token.during']) {
      const parameter = `/${namespace}/${name}`
      const puts = store.calls.filter(
        (call) => call.action === 'PutParameter' && call.names.includes(parameter),
      )
      t.equal(puts.length, 1, name)
      t.equal(store.stored.newest(parameter)?.version, 1, name)
    }
    t.equal(store.stored.newest(`/${namespace}/token.before`)?.value, token)
    const restarts = 'jsonpath={.status.containerStatuses[*].restartCount}'
    t.equal(await shell(`kubectl get pod -n ${namespace} before -o ${restarts}`), '0')
  })
})
