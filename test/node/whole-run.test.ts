/**
 * The whole of it, as users have it, on a real node: the images, the installation, a manifest that kustomize built with the
 * function images, pods that a Deployment made, the kubelet's own downward API file. The store is moto, and an evaluator of
 * IAM judges the policy.
 */
import { createPublicKey } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse, stringify } from 'yaml'
import { decodePrivateKey, encodePublicKey } from '../../runtime/values/rsa-key.ts'
import { storedBelow } from '../docs/stored-parameters.ts'
import { evaluatePolicies, resourcesOf } from '../iam/evaluate-policies.ts'
import { isAllowed } from '../iam/iam-judge.ts'
import { callIam } from '../iam/moto-iam.ts'
import { containerEnv } from '../packaging/container-engine.ts'
import { buildImages } from '../packaging/images-of-test.ts'
import { eventually } from '../programs/eventually.ts'
import { root, run } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'
import { removeFolder } from '../programs/remove-folder.ts'
import { kustomize, terraform } from '../programs/tools.ts'
import { motoMissing, startMoto } from '../servers/moto.ts'
import { stays } from './app-pod.ts'
import { storeVariables, writeCreatorInstallation } from './install-creator.ts'
import { initImage } from './node-images.ts'
import { removeIfPassed } from './remove-if-passed.ts'
import { nodeTestsMissing, useNode } from './use-node.ts'
import { tapWire } from './wire-tap.ts'

t.setTimeout(900_000)

const patience = 180_000
/** Of moto, which every caller has. */
const motoAccount = '123456789012'
const place = { partition: 'aws', region: 'eu-west-1', account: '111122223333' }
const arnOf = (name: string) => `arn:aws:ssm:eu-west-1:111122223333:parameter${name}`
const missing =
  nodeTestsMissing ||
  motoMissing ||
  [kustomize(), terraform()].find((tool) => tool.missing !== undefined)?.missing ||
  false

/** What an overlay of the quickstart has to set in a cluster: the namespace, the prefix, and that the app is restricted. */
const overlay = (namespace: string) => ({
  namespace,
  resources: ['../base'],
  patches: [
    {
      patch: stringify({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'app' },
        spec: {
          template: {
            metadata: { annotations: { 'init.bsycorp.com/storage-prefix': `/${namespace}` } },
            spec: {
              terminationGracePeriodSeconds: 5,
              securityContext: {
                runAsNonRoot: true,
                runAsUser: 10_001,
                seccompProfile: { type: 'RuntimeDefault' },
              },
              containers: [
                {
                  name: 'app',
                  command: ['sh', '-c', stays],
                  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
                },
              ],
            },
          },
        },
      }),
    },
  ],
})
const functionConfig = (kind: string, image: string, spec: object) =>
  stringify({
    apiVersion: 'kees.bsycorp.com/v1alpha1',
    kind,
    metadata: {
      name: 'function',
      annotations: { 'config.kubernetes.io/function': stringify({ container: { image } }) },
    },
    spec,
  })
const kustomization = (fields: object) =>
  stringify({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...fields })
const aws = (endpoint: string) => ({
  AWS_REGION: place.region,
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
})
t.test('from annotations to the file that the app reads', { skip: missing, timeout: 900_000 }, async (t) => {
  const [cluster, moto, images] = await Promise.all([
    useNode(t),
    startMoto(),
    buildImages(['inject-init', 'export-iam']),
  ])
  const wire = await tapWire(moto.endpoint)
  t.teardown(() => Promise.all([wire.stop().then(() => moto.stop()), images.remove()]))
  const folder = mkdtempSync(join(tmpdir(), 'kees-whole-run-'))
  t.teardown(() => removeFolder(folder))
  const { kubectl } = cluster
  const [storeOfCreator, storeOfInit] = await Promise.all([
    cluster.expose(moto.endpoint),
    cluster.expose(wire.endpoint),
  ])

  const build = (name: string) => {
    const args = ['build', '--enable-alpha-plugins', join(folder, name)]
    const ended = run(kustomize().path ?? '', args, { env: containerEnv })
    if (ended.status !== 0) throw new Error(`kustomize ${args.join(' ')}: ${ended.stderr}`)
    return ended.stdout
  }
  const put = (name: string, text: string) => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }

  const enforced = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  const namespace = await cluster.makeNamespace('quickstart', enforced)
  // Other pods of a shared node may declare parameters too.
  const stored = () => storedBelow(moto.endpoint, `/${namespace}`)
  const parameter = (name: string) => `/${namespace}/${name}`

  // The quickstart with the function's image in the place of its executable, the overlay, and export-iam on what that builds.
  cpSync(join(root, 'kustomize-examples/quickstart'), join(folder, 'base'), { recursive: true })
  put(
    'base/inject-init.yaml',
    functionConfig('InjectInit', images.nameOf('inject-init'), {
      image: initImage,
      env: storeVariables(storeOfInit),
    }),
  )
  put('overlay/kustomization.yaml', kustomization(overlay(namespace)))
  put('iam/export-iam.yaml', functionConfig('ExportIAM', images.nameOf('export-iam'), { output: 'only' }))
  put(
    'iam/kustomization.yaml',
    kustomization({ resources: ['manifest.yaml'], transformers: ['export-iam.yaml'] }),
  )

  const installation = writeCreatorInstallation(join(folder, 'creator'), storeOfCreator)

  await t.test(
    'the installation is applied, and both replicas of the creator become ready, restricted',
    async (t) => {
      await kubectl(['apply', '-k', installation])
      await kubectl(['rollout', 'status', 'deployment/kees-creator', '-n', 'kees', '--timeout=240s'])
      const { items } = JSON.parse(await kubectl(['get', 'pods', '-n', 'kees', '-o', 'json']))
      t.match(items, [
        { spec: { serviceAccountName: 'kees-creator' }, status: { phase: 'Running' } },
        { spec: { serviceAccountName: 'kees-creator' }, status: { phase: 'Running' } },
      ])
      // A replica is ready before it has its first list, and it takes the Lease after that.
      const holders = ['get', 'lease', '-n', 'kees', '-o', 'jsonpath={.items[*].spec.holderIdentity}']
      const leads = async () => {
        const holder = await kubectl(holders)
        return items.some(({ metadata }: Pod) => metadata.name === holder)
      }
      await eventually('one of them leads', leads, patience)
    },
  )

  await t.test('a pod that is not restricted is refused beside the app', async (t) => {
    const spec = { containers: [{ name: 'app', image: 'example/app:1.0' }] }
    const careless = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'careless', namespace }, spec }
    await t.rejects(kubectl(['create', '-f', '-'], JSON.stringify(careless)), {
      message: /violates PodSecurity "restricted/,
    })
  })

  // A shared node does not keep a creator whose store is gone, but for its logs.
  removeIfPassed(t, () => kubectl(['delete', '-k', installation, '--wait=false', '--ignore-not-found']))

  const policiesOf = (configMap: string) => {
    const { data }: { data: Record<string, string> } = parse(configMap)
    return data['policies.tf'] ?? ''
  }
  /** Applies what kustomize builds. */
  const applied = async () => {
    const manifest = build('overlay')
    put('iam/manifest.yaml', manifest)
    const policies = policiesOf(build('iam'))
    wire.asked.length = 0
    await kubectl(['apply', '-f', '-'], manifest)
    return { manifest, policies }
  }
  const rolledOut = () => kubectl(['rollout', 'status', 'deployment/app', '-n', namespace, '--timeout=240s'])
  const pods = async (): Promise<Pod[]> => {
    const { items } = JSON.parse(await kubectl(['get', 'pods', '-n', namespace, '-o', 'json']))
    return items.filter(({ metadata }: Pod) => metadata.deletionTimestamp === undefined)
  }
  /** What the app reads, as its own user; and that init gave nothing away. */
  const readByApp = async (t: Test) => {
    const [pod] = await pods()
    const name = pod?.metadata.name ?? ''
    const inApp = (...command: string[]) => cluster.exec(namespace, name, 'app', ...command)
    t.equal(await inApp('id', '-u'), '10001\n', 'the app is another user than init')
    t.equal(pod?.spec.initContainers?.[0]?.securityContext?.runAsUser, 65532)
    const log = await kubectl(['logs', name, '-n', namespace, '-c', 'init-container'])
    t.not(log, '')
    for (const { value } of (await stored()).values()) t.notOk(log.includes(value), 'init logs no value')
    return (await inApp('cat', '/secret/secret')).split('\n')
  }
  const asked = (t: Test) => {
    t.ok(wire.asked.every(({ action }) => action === 'ssm:GetParameters'))
    return [...new Set(wire.asked.flatMap(({ names }) => names))].toSorted()
  }

  const first = await applied()
  let firstLines: readonly string[] = []
  let firstStored: Awaited<ReturnType<typeof storedBelow>> = new Map()
  let granted: readonly unknown[] = []

  await t.test('the creator creates the parameters of the pod of the Deployment', async (t) => {
    await eventually('both halves are there', async () => (await stored()).size === 2, patience)
    const made = await stored()
    t.strictSame(
      [...made.keys()].toSorted(),
      ['signingKey.v1_private', 'signingKey.v1_public'].map((name) => parameter(name)),
    )
    for (const { type, version } of made.values()) t.strictSame([type, version], ['SecureString', 1])
    const key = decodePrivateKey(made.get(parameter('signingKey.v1_private'))?.value ?? '')
    t.equal(key && encodePublicKey(createPublicKey(key)), made.get(parameter('signingKey.v1_public'))?.value)
    t.equal(key?.asymmetricKeyDetails?.modulusLength, 2048)
  })

  await t.test(
    'init fetches generated and stored parameters, and the app reads them as another user',
    async (t) => {
      const env = { ...aws(moto.endpoint), KEES_STORE: 'ssm' }
      t.equal(run('kees', ['put', parameter('db.password')], { env, input: 'fakepassword' }).status, 0)
      firstStored = await stored()
      await rolledOut()
      firstLines = await readByApp(t)
      t.strictSame(firstLines, [
        ...['db.password', 'signingKey.v1_private', 'signingKey.v1_public'].map(
          (name) => `${name}=${firstStored.get(parameter(name))?.value}`,
        ),
        '',
      ])
      await isJudged(t, first.policies, asked(t), namespace, join(folder, 'judged-first'))
    },
  )

  await t.test('one more annotation is one more name in manifest, policy, store and file', async (t) => {
    const app = join(folder, 'base/app.yaml')
    const added = '        secret.bsycorp.com/api.token: "kind=DYNAMIC,type=PASSWORD,size=256"\n'
    writeFileSync(
      app,
      readFileSync(app, 'utf8').replace(/^ +# a password that a person stores\n/m, `${added}$&`),
    )
    const second = await applied()
    t.strictSame(difference(first.manifest, second.manifest), [`+ ${added.trim().replaceAll('"', '')}`])
    t.strictSame(difference(first.policies, second.policies), [`+ "${parameter('api.token')}",`])
    await rolledOut()
    await eventually('the old pod is deleted', async () => (await pods()).length === 1, patience)
    const now = await stored()
    for (const [name, value] of firstStored) t.strictSame(now.get(name), value, `${name} is as it was`)
    const token = now.get(parameter('api.token'))?.value
    t.match(token, /^[0-9A-Za-z]{32}$/)
    t.strictSame(await readByApp(t), [`api.token=${token}`, ...firstLines])
    granted = await isJudged(t, second.policies, asked(t), namespace, join(folder, 'judged-second'))
  })

  await t.test(
    'kees doctor finds nothing wrong with the pod, nor with its role that has the policy',
    async (t) => {
      const role = { RoleName: 'cluster-app-role' }
      await callIam(moto.endpoint, { Action: 'CreateRole', ...role, AssumeRolePolicyDocument: '{}' })
      for (const [index, document] of granted.entries()) {
        const PolicyDocument = JSON.stringify(document).replaceAll(place.account, motoAccount)
        await callIam(moto.endpoint, {
          Action: 'PutRolePolicy',
          ...role,
          PolicyName: `kees-${index}`,
          PolicyDocument,
        })
      }
      const [pod] = await pods()
      const { stdout, stderr, status } = await runBeside(
        'kees',
        ['doctor', pod?.metadata.name ?? '', '-n', namespace],
        { env: { ...aws(moto.endpoint), KEES_STORE: 'ssm', KUBECONFIG: cluster.kubeconfig } },
      )
      t.equal(status, 0, stdout + stderr)
      t.match(stdout, /^creator +ok +kees-creator-\S+ is the leader$/m)
      t.match(stdout, /^pod +ok +its phase is Running$/m)
      t.match(stdout, /^parameters +ok +4 of 4 exist$/m)
      t.match(stdout, /^role +ok +/m)
      for (const { value } of (await stored()).values()) t.notOk(stdout.includes(value))
    },
  )

  await t.test(
    'the creator records Events on the pod about the created parameters, and logs no value',
    async (t) => {
      const events = await kubectl(['get', 'events', '-n', namespace, '-o', 'json'])
      const { items }: { items: { reason: string }[] } = JSON.parse(events)
      t.ok(items.some(({ reason }) => reason === 'Created'))
      const log = await kubectl([
        'logs',
        '-n',
        'kees',
        '-l',
        'app.kubernetes.io/name=kees-creator',
        '--tail=-1',
      ])
      t.not(log, '')
      for (const { value } of (await stored()).values()) t.notOk(`${log}${events}`.includes(value))
    },
  )
})

type Pod = {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
  readonly spec: {
    readonly initContainers?: readonly { readonly securityContext?: { readonly runAsUser?: number } }[]
  }
}

/** What init asked for is what the policy allows: each name, and no other. */
async function isJudged(
  t: Test,
  policies: string,
  asked: readonly string[],
  namespace: string,
  folder: string,
): Promise<readonly unknown[]> {
  mkdirSync(folder)
  const [documents] = await evaluatePolicies(folder, [{ policies, place }])
  const own = documents?.get('cluster-app-role') ?? []
  t.strictSame(asked.map(arnOf), resourcesOf(own))
  t.equal(documents?.size, 1)
  for (const name of [...asked, `/${namespace}/another`, '/db.password']) {
    const verdict = await isAllowed(own, { action: 'ssm:GetParameters', resource: arnOf(name) })
    t.equal(verdict, asked.includes(name), name)
  }
  return own
}

/** The lines that one text has more than another, and fewer. */
function difference(before: string, after: string): string[] {
  const [old, current] = [before, after].map((text) => text.split('\n').map((line) => line.trim()))
  return [
    ...(current ?? []).filter((line) => !old?.includes(line)).map((line) => `+ ${line}`),
    ...(old ?? []).filter((line) => !current?.includes(line)).map((line) => `- ${line}`),
  ]
}
