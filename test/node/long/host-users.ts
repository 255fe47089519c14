/**
 * Pods with `hostUsers: false`, whose root is another user of the node. The containerd and the runc of the node of the other tests
 * cannot run them, so this one has its own, of newer versions.
 */
import t from 'tap'
import { eventually } from '../../programs/eventually.ts'
import { userNamespaces } from '../../programs/tools.ts'
import { namedNode } from '../node-session.ts'
import { startPodsWithStore } from '../pods-with-store.ts'
import { nodeTestsMissing, useOwnNode } from '../use-node.ts'

t.setTimeout(1_800_000)

const { folders, missing } = userNamespaces()
const skip = nodeTestsMissing || (namedNode() !== undefined && 'needs KEES_NODE unset') || missing || false
const patience = 240_000

t.test('pods in a user namespace of their own', { skip }, async (t) => {
  const cluster = await useOwnNode(t, folders)
  const { server, create, pod, injected, becomesReady, inApp, inNamespace, secret } =
    await startPodsWithStore(t, 'host-users', {}, cluster)
  const value = 'kind=REFERENCE,type=PASSWORD,storageKey=db.password'
  const annotations = {
    'secret.bsycorp.com/db.password': value,
    'secret.bsycorp.com/owned': `${value},file=owned,mode=0440`,
    'secret.bsycorp.com/variable': `${value},env=DB_PASSWORD`,
  }
  const spec = { hostUsers: false, securityContext: { runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000 } }
  await create(injected(pod('app', spec, annotations), { refresh: '2s', minKubelet: '1.35' }))
  await becomesReady('app')

  await t.test('its users are others of the node', async (t) => {
    const [inside, outside] = (await inApp('app', 'cat', '/proc/self/uid_map')).trim().split(/\s+/)
    t.equal(inside, '0')
    t.ok(Number(outside) >= 65_536, `it is ${outside}`)
  })

  await t.test('files, modes and variables are as in other pods', async (t) => {
    t.equal(await secret('app'), 'db.password=fakepassword\n')
    t.equal(await inApp('app', 'cat', '/secret/owned'), 'fakepassword')
    t.match(await inApp('app', 'stat', '-L', '-c', '%a %g', '/secret/owned'), /^440 2000\n$/)
    const variables = (await inApp('app', 'cat', '/proc/1/environ')).split('\0')
    t.ok(variables.includes('DB_PASSWORD=fakepassword'))
  })

  await t.test('the sidecar delivers new values and reads annotations that change', async () => {
    server.put('/db.password', 'fakepassword2')
    const isThere = async () => (await secret('app')) === 'db.password=fakepassword2\n'
    await eventually('the app reads the new value', isThere, patience)
    await inNamespace('annotate', 'pod', 'app', `secret.bsycorp.com/other=${value}`)
    const both = 'db.password=fakepassword2\nother=fakepassword2\n'
    await eventually('the app reads what was added', async () => (await secret('app')) === both, patience)
  })
})
