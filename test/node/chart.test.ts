/** The Helm chart of the creator on a real node: it is installed, upgraded with another StoragePolicy, and removed. */
import t from 'tap'
import { stringify } from 'yaml'
import { chartFolder } from '../../scripts/chart/chart-files.ts'
import { eventually } from '../programs/eventually.ts'
import { isLong } from '../programs/long.ts'
import { runBeside } from '../programs/run-beside.ts'
import { helm } from '../programs/tools.ts'
import { storeVariables } from './install-creator.ts'
import { appImage } from './node-images.ts'
import { removeIfPassed } from './remove-if-passed.ts'
import { startStoreOfPods } from './store-of-pods.ts'
import { nodeTestsMissing, useNode } from './use-node.ts'

t.setTimeout(900_000)

const patience = 180_000
const policy = (prefix: string) =>
  stringify({
    apiVersion: 'kees.bsycorp.com/v1alpha1',
    kind: 'StoragePolicy',
    metadata: { name: 'default' },
    spec: { rules: [{ namespaces: ['*'], prefixes: [prefix] }] },
  })

t.test('the chart installs a creator', { skip: nodeTestsMissing || helm().missing || false }, async (t) => {
  const cluster = await useNode(t)
  const { server, endpoint } = await startStoreOfPods(t, cluster)
  const namespace = await cluster.makeNamespace('chart', {
    'pod-security.kubernetes.io/enforce': 'restricted',
  })
  const { AWS_REGION: region, ...variables } = Object.fromEntries(
    storeVariables(endpoint).map(({ name, value }) => [name, value]),
  )
  const folder = t.testdir({
    'first.yaml': policy('/first'),
    'second.yaml': policy('/second'),
    'values.yaml': stringify({
      region,
      env: Object.entries(variables).map(([name, value]) => ({ name, value })),
    }),
  })
  const runHelm = async (command: string, ...args: string[]) => {
    const ended = await runBeside(
      helm().path ?? '',
      [command, 'kees-creator', '--namespace', namespace, ...args],
      { env: { KUBECONFIG: cluster.kubeconfig } },
    )
    if (ended.status !== 0) throw new Error(`helm ${command}: ${ended.stderr}`)
    return ended.stdout
  }
  const upgrade = (file: string) =>
    runHelm(
      'upgrade',
      chartFolder,
      '--install',
      '--wait',
      '--timeout=240s',
      `--values=${folder}/values.yaml`,
      `--set-file=storagePolicy=${folder}/${file}`,
    )
  /** A pod that only declares: nothing has to run. */
  const declare = (name: string) =>
    cluster.create(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name,
          namespace,
          annotations: {
            'init.bsycorp.com/storage-prefix': `/${name}`,
            'secret.bsycorp.com/password': 'kind=DYNAMIC,type=PASSWORD,size=128',
          },
        },
        spec: {
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          schedulingGates: [{ name: 'example.com/never' }],
          containers: [
            {
              name: 'app',
              image: appImage,
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            },
          ],
        },
      }),
    )
  const isStored = (name: string) => server.stored.names().some((one) => one.endsWith(name))
  let isInstalled = true
  removeIfPassed(t, async () => {
    if (isInstalled) await runHelm('uninstall', '--wait', '--timeout', '240s')
  })

  await t.test('its replicas become ready, restricted, and create parameters', async () => {
    await upgrade('first.yaml')
    await declare('first')
    await eventually('the parameter is stored', () => isStored('first/password'), patience)
  })

  if (!isLong) return
  await t.test('an upgrade with another StoragePolicy replaces the pods', async (t) => {
    await upgrade('second.yaml')
    await declare('second')
    await eventually('the parameter is stored', () => isStored('second/password'), patience)
    t.equal(server.stored.names().length, 2)
  })

  await t.test('nothing of it remains when it is removed', async (t) => {
    await runHelm('uninstall', '--wait', '--timeout', '240s')
    isInstalled = false
    const kinds =
      'deployments,configmaps,serviceaccounts,roles,rolebindings,networkpolicies,poddisruptionbudgets'
    const left = await cluster.kubectl(['get', kinds, '-n', namespace, '-o', 'name'])
    t.notMatch(left, /kees/)
    t.notMatch(
      await cluster.kubectl(['get', 'clusterroles,clusterrolebindings', '-o', 'name']),
      /kees-creator/,
    )
  })
})
