/**
 * Helm and kpt where they apply to the cluster themselves, with roll-outs and the way back. examples.ts applies what they, kustomize and
 * the examples print.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { root } from '../../programs/programs.ts'
import { runBeside } from '../../programs/run-beside.ts'
import { helm, kpt, type Tool } from '../../programs/tools.ts'
import { stays } from '../app-pod.ts'
import { storeVariables } from '../install-creator.ts'
import { appImage, initImage } from '../node-images.ts'
import { removeIfPassed } from '../remove-if-passed.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { nodeTestsMissing, useNode } from '../use-node.ts'

t.setTimeout(1_200_000)

const reference = 'kind=REFERENCE,type=PASSWORD'
const container = `image: ${appImage}\n$1command: ${JSON.stringify(['sh', '-c', stays])}`

/** A copy of an example, a namespace for it, and the options of inject-init for the store of the test. */
async function start(t: Test, example: string, tool: Tool) {
  const cluster = await useNode(t)
  const { server, endpoint } = await startStoreOfPods(t, cluster)
  const namespace = await cluster.makeNamespace(example)
  for (const name of ['db.password', 'session.key', 'api.token']) server.put(`/shop/${name}`, `fake-${name}`)
  const folder = join(t.testdir({ example: {} }), 'example')
  cpSync(join(root, 'kustomize-examples', example), folder, { recursive: true })
  const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  return {
    cluster,
    namespace,
    folder,
    inNamespace,
    options: stringify({
      apiVersion: 'kees.bsycorp.com/v1alpha1',
      kind: 'InjectInit',
      metadata: { name: 'inject-init', annotations: { 'config.kubernetes.io/local-config': 'true' } },
      spec: { image: initImage, env: storeVariables(endpoint) },
    }),
    run: async (...args: string[]) => {
      const env = { KUBECONFIG: cluster.kubeconfig }
      const { status, stdout, stderr } = await runBeside(tool.path ?? '', args, { env, timeout: 400_000 })
      if (status !== 0) throw new Error(`${args.join(' ')}: ${stdout}${stderr}`)
    },
    /** Changes a file of the copy. */
    edit: (name: string, change: (text: string) => string) => {
      const path = join(folder, name)
      const before = readFileSync(path, 'utf8')
      const after = change(before)
      if (after === before) throw new Error(`${name} does not change`)
      writeFileSync(path, after)
    },
    /** The names of what the app reads once it is rolled out. */
    names: async () => {
      await inNamespace('rollout', 'status', 'deployment/orders', '--timeout=290s')
      const read = ['exec', 'deployment/orders', '-c', 'orders', '--', 'cut', '-d=', '-f1', '/secret/secret']
      return (await inNamespace(...read)).trim().split('\n')
    },
  }
}

const helmMissing = nodeTestsMissing || helm().missing || false

t.test('a release of Helm with kees as its post-renderer', { skip: helmMissing }, async (t) => {
  const { namespace, folder, options, run, edit, names, inNamespace } = await start(t, 'helm', helm())
  writeFileSync(join(folder, 'options.yaml'), options)
  edit('charts/orders/templates/deployment.yaml', (text) =>
    text.replace(/^( +)image: .*$/m, `$1${container}`),
  )
  const inRelease = ['--namespace', namespace, '--wait', '--timeout=290s']
  const inject = ['inject', `--config=${join(folder, 'options.yaml')}`, '-f', '-']
  const renderer = ['--post-renderer=kees', ...inject.map((one) => `--post-renderer-args=${one}`)]
  const values = ['-f', join(folder, 'values.yaml')]
  const upgrade = () =>
    run('upgrade', '--install', 'orders', join(folder, 'charts/orders'), ...inRelease, ...values, ...renderer)
  await upgrade()
  t.strictSame(await names(), ['db.password', 'session.key'])

  edit('values.yaml', (text) =>
    text.replace('podAnnotations:\n', `$&  secret.bsycorp.com/api.token: "${reference}"\n`),
  )
  await upgrade()
  t.strictSame(await names(), ['api.token', 'db.password', 'session.key'])

  await run('rollback', 'orders', '1', ...inRelease)
  t.strictSame(await names(), ['db.password', 'session.key'])

  await run('uninstall', 'orders', ...inRelease)
  t.equal(await inNamespace('get', 'deployments', '-o', 'name'), '')
})

const kptMissing = nodeTestsMissing || kpt().missing || false

t.test('a package of kpt, rendered and applied with its inventory', { skip: kptMissing }, async (t) => {
  const { cluster, namespace, folder, options, run, edit, names, inNamespace } = await start(
    t,
    'kpt-package',
    kpt(),
  )
  const path = join(folder, 'package')
  writeFileSync(join(path, 'inject-init.yaml'), options)
  edit('package/app.yaml', (text) =>
    text
      .replaceAll(/^( +)namespace: .*$/gm, `$1namespace: ${namespace}`)
      .replace(/^( +)image: .*$/m, `$1${container}`),
  )
  await run('live', 'init', path, '--namespace', namespace, '--name', 'orders')
  removeIfPassed(t, () => cluster.kubectl(['delete', 'crd', 'resourcegroups.kpt.dev', '--wait=false']))
  await run('live', 'install-resource-group')
  const deliver = async () => {
    await run('fn', 'render', path, '--allow-exec')
    await run('live', 'apply', path, '--reconcile-timeout=290s')
  }
  await deliver()
  t.strictSame(await names(), ['db.password'])

  const added = `        secret.bsycorp.com/api.token: "${reference}"\n`
  edit('package/app.yaml', (text) => text.replace(/^ +secret\.bsycorp\.com/m, `${added}$&`))
  await deliver()
  t.strictSame(await names(), ['api.token', 'db.password'])

  edit('package/app.yaml', (text) => text.replace(added, ''))
  await deliver()
  t.strictSame(await names(), ['db.password'])
  const maps = await inNamespace('get', 'configmaps', '-o', 'name')
  t.notMatch(maps, /terraform/, 'the policy of export-iam is not applied')

  await run('live', 'destroy', path)
  t.equal(await inNamespace('get', 'deployments', '-o', 'name'), '')
})
