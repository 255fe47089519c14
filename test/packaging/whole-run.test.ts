/**
 * The whole of it, as users have it: a real API server, the images, the installation and a manifest that kustomize built with
 * the function images; the containers run as their pods say; the store is moto, and an evaluator of IAM judges the policy.
 */
import { createPublicKey } from 'node:crypto'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse, stringify } from 'yaml'
import { decodePrivateKey, encodePublicKey } from '../../runtime/groups/rsa-key.ts'
import { findCommand } from '../../scripts/installed.ts'
import { containerEnv, containersMissing, engine, engineMeanwhile, engineSays } from './container-engine.ts'
import { type ControlPlane, controllersMissing, startControlPlane } from '../servers/control-plane.ts'
import { evaluatePolicies, resourcesOf } from '../iam/evaluate-policies.ts'
import { eventually } from '../programs/eventually.ts'
import { isAllowed } from '../iam/iam-judge.ts'
import { buildImages } from './images-of-test.ts'
import { motoMissing, startMoto } from '../servers/moto.ts'
import { type Pod, runArguments } from './pod-container.ts'
import { root, run } from '../programs/programs.ts'
import { removeFolder } from '../programs/remove-folder.ts'
import { serviceAccountToken } from '../servers/service-account-token.ts'
import { storedBelow } from '../docs/stored-parameters.ts'
import { kubectl, kustomize, terraform } from '../programs/tools.ts'
import { tapWire } from './wire-tap.ts'

t.setTimeout(600_000)

const place = { partition: 'aws', region: 'eu-west-1', account: '111122223333' }
const arnOf = (name: string) => `arn:aws:ssm:eu-west-1:111122223333:parameter${name}`
const go = findCommand('go')
const missing =
  containersMissing ||
  controllersMissing ||
  motoMissing ||
  (go === undefined && 'needs the command go') ||
  [kustomize(), kubectl(), terraform()].find((tool) => tool.missing !== undefined)?.missing ||
  false

/** What an overlay of the quickstart has to say in a cluster: where, below which prefix, and that the app is restricted. */
const overlay = {
  namespace: 'quickstart',
  resources: ['../base'],
  patches: [
    {
      patch: stringify({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'app' },
        spec: {
          template: {
            metadata: { annotations: { 'init.bsycorp.com/storage-prefix': '/quickstart' } },
            spec: {
              securityContext: {
                runAsNonRoot: true,
                runAsUser: 10_001,
                seccompProfile: { type: 'RuntimeDefault' },
              },
              containers: [
                {
                  name: 'app',
                  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
                },
              ],
            },
          },
        },
      }),
    },
  ],
}
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

t.test('from annotations to the file that the app reads', { skip: missing, timeout: 600_000 }, async (t) => {
  const images = await buildImages(['inject-init', 'export-iam', 'init', 'creator'])
  t.teardown(() => images.remove())
  const [plane, moto] = await Promise.all([startControlPlane({ controllers: true }), startMoto()])
  t.teardown(() => Promise.all([plane.stop(), moto.stop()]))
  const folder = mkdtempSync(join(tmpdir(), 'kees-whole-run-'))
  t.teardown(() => removeFolder(folder))

  const aws = (endpoint: string) => ({
    AWS_REGION: place.region,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
  const inCluster = (args: readonly string[], input = '') => {
    const ended = run(kubectl().path ?? '', [`--kubeconfig=${plane.kubeconfig}`, ...args], { input })
    if (ended.status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${ended.stderr}`)
    return ended.stdout
  }
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
  const podsIn = (namespace: string): Pod[] => {
    const { items }: { items: Pod[] } = JSON.parse(inCluster(['get', 'pods', '-n', namespace, '-o', 'json']))
    return items
  }

  // The quickstart with the function's image in the place of its executable, the overlay, and export-iam around it.
  cpSync(join(root, 'kustomize-examples/quickstart'), join(folder, 'base'), { recursive: true })
  const initImage = 'docker.io/bsycorp/kees-init:v0.1.0'
  put(
    'base/inject-init.yaml',
    functionConfig('InjectInit', images.nameOf('inject-init'), { image: initImage }),
  )
  put('overlay/kustomization.yaml', kustomization(overlay))
  put('iam/export-iam.yaml', functionConfig('ExportIAM', images.nameOf('export-iam'), { output: 'only' }))
  put(
    'iam/kustomization.yaml',
    kustomization({ resources: ['../overlay'], transformers: ['export-iam.yaml'] }),
  )

  const policiesOf = (configMap: string) => {
    const { data }: { data: Record<string, string> } = parse(configMap)
    return data['policies.tf'] ?? ''
  }

  await t.test(
    'the cluster: the installation is applied, and the app has a namespace that is restricted',
    async (t) => {
      inCluster(['apply', '-k', join(root, 'install/creator')])
      inCluster(['create', 'namespace', 'quickstart'])
      inCluster(['label', 'namespace', 'quickstart', 'pod-security.kubernetes.io/enforce=restricted'])
      const careless = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'careless', namespace: 'quickstart' },
      }
      const spec = { containers: [{ name: 'app', image: 'example/app:1.0' }] }
      const refused = await plane.request('POST', '/api/v1/namespaces/quickstart/pods', { ...careless, spec })
      t.match(refused, { status: 403, body: { message: /violates PodSecurity "restricted/ } })
      await eventually('the creator has a pod', () => podsIn('kees').length > 0)
    },
  )

  const [creatorPod] = podsIn('kees')
  if (creatorPod === undefined) throw new Error('the creator has no pod')
  const creator = await startCreatorContainer(
    t,
    plane,
    creatorPod,
    images.nameOf('creator'),
    folder,
    aws(moto.endpoint),
  )

  /** Applies what kustomize builds, and returns the pod that comes of it. */
  const applied = async (
    known: readonly string[],
  ): Promise<{ pod: Pod; manifest: string; policies: string }> => {
    const manifest = build('overlay')
    const policies = policiesOf(build('iam'))
    inCluster(['apply', '-f', '-'], manifest)
    let pod: Pod | undefined
    await eventually('the app has a new pod', () => {
      pod = podsIn('quickstart').find(({ metadata }) => !known.includes(metadata.name))
      return pod !== undefined
    })
    if (pod === undefined) throw new Error('the app has no pod')
    return { pod, manifest, policies }
  }

  const wire = await tapWire(moto.endpoint)
  t.teardown(() => wire.stop())

  /** Runs the init container of a pod, then another as the app's user. @returns what init asked for and the app reads. */
  const started = async (t: Test, pod: Pod) => {
    const at = join(folder, pod.metadata.name)
    const volumes = { 'secret-volume': join(at, 'secret'), annotations: join(at, 'annotations') }
    for (const one of Object.values(volumes)) {
      mkdirSync(one, { recursive: true })
      // As the kubelet makes an emptyDir, whatever the umask.
      chmodSync(one, 0o777)
    }
    writeFileSync(join(volumes.annotations, 'annotations'), downwardFile(plane, pod))
    const before = wire.asked.length
    const [init] = pod.spec.initContainers ?? []
    const [app] = pod.spec.containers
    if (init === undefined || app === undefined) throw new Error('the pod has no init container')
    t.equal(init.image, initImage)
    const node = { volumes, image: images.nameOf('init'), env: aws(wire.endpoint) }
    const ended = await engineMeanwhile(runArguments(pod, init, node))
    t.equal(ended.status, 0, ended.stderr)
    const values = await storedBelow(moto.endpoint, '/')
    for (const { value } of values.values())
      t.notOk(`${ended.stdout}${ended.stderr}`.includes(value), 'no value is logged')

    // No image here has a program to read with but Node.
    const read = "process.stdout.write(process.getuid() + '\\n' + fs.readFileSync('/secret/secret'))"
    const reader = { ...app, command: ['/usr/local/bin/node', '-e', read] }
    const asApp = engineSays(...runArguments(pod, reader, { ...node, env: {} }))
    const [user, ...lines] = asApp.split('\n')
    t.equal(user, '10001', 'the app is another user than init')
    t.not(init.securityContext?.runAsUser, 10_001)
    const asked = wire.asked.slice(before)
    t.ok(asked.every(({ action }) => action === 'ssm:GetParameters'))
    return { lines, asked: [...new Set(asked.flatMap(({ names }) => names))].toSorted() }
  }

  const first = await applied([])
  let firstLines: readonly string[] = []
  let firstStored: Awaited<ReturnType<typeof storedBelow>> = new Map()

  await t.test('the creator makes the parameters of the pod that the controllers made', async (t) => {
    await eventually('both halves are there', async () => (await storedBelow(moto.endpoint, '/')).size === 2)
    const stored = await storedBelow(moto.endpoint, '/')
    t.strictSame([...stored.keys()].toSorted(), [
      '/quickstart/signingKey.v1_private',
      '/quickstart/signingKey.v1_public',
    ])
    for (const { type, version } of stored.values()) t.strictSame([type, version], ['SecureString', 1])
    const key = decodePrivateKey(stored.get('/quickstart/signingKey.v1_private')?.value ?? '')
    t.equal(
      key && encodePublicKey(createPublicKey(key)),
      stored.get('/quickstart/signingKey.v1_public')?.value,
    )
    t.equal(key?.asymmetricKeyDetails?.modulusLength, 2048)
  })

  await t.test(
    'init gets them, and what somebody stored, and the app reads them as another user',
    async (t) => {
      const env = { ...aws(moto.endpoint), KEES_STORE: 'ssm' }
      t.equal(run('kees', ['put', '/quickstart/db.password'], { env, input: 'fakepassword' }).status, 0)
      firstStored = await storedBelow(moto.endpoint, '/')
      const { lines, asked } = await started(t, first.pod)
      firstLines = lines
      t.strictSame(
        lines,
        ['db.password', 'signingKey.v1_private', 'signingKey.v1_public'].map(
          (name) => `${name}=${firstStored.get(`/quickstart/${name}`)?.value}`,
        ),
      )
      await isJudged(t, first.policies, asked, join(folder, 'judged-first'))
    },
  )

  await t.test('one more annotation is one more name in manifest, policy, store and file', async (t) => {
    const app = join(folder, 'base/app.yaml')
    const added = '        secret.bsycorp.com/api.token: "kind=DYNAMIC,type=PASSWORD,size=256"\n'
    writeFileSync(
      app,
      readFileSync(app, 'utf8').replace(/^ +# a password that a person stores\n/m, `${added}$&`),
    )
    const second = await applied([first.pod.metadata.name])
    t.strictSame(difference(first.manifest, second.manifest), [`+ ${added.trim().replaceAll('"', '')}`])
    t.strictSame(difference(first.policies, second.policies), ['+ "/quickstart/api.token",'])

    await eventually('it is made', async () => (await storedBelow(moto.endpoint, '/')).size === 4)
    const stored = await storedBelow(moto.endpoint, '/')
    for (const [name, value] of firstStored) t.strictSame(stored.get(name), value, `${name} is as it was`)
    t.match(stored.get('/quickstart/api.token')?.value, /^[0-9A-Za-z]{32}$/)

    const { lines, asked } = await started(t, second.pod)
    t.strictSame(lines, [`api.token=${stored.get('/quickstart/api.token')?.value}`, ...firstLines])
    await isJudged(t, second.policies, asked, join(folder, 'judged-second'))
  })

  await t.test('the creator has logged no value, and ends when it is told to', async (t) => {
    engineSays('stop', '--time=30', creator)
    const { stdout, stderr } = engine(['logs', creator])
    for (const { value } of (await storedBelow(moto.endpoint, '/')).values()) {
      t.notOk(`${stdout}${stderr}`.includes(value))
    }
    t.equal(engineSays('inspect', '--format={{.State.ExitCode}}', creator), '0', stderr)
  })
})

/** Runs the creator as its pod says, with its own ServiceAccount, in the place where a kubelet would put that. */
async function startCreatorContainer(
  t: Test,
  plane: ControlPlane,
  pod: Pod,
  image: string,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { hostname, port } = new URL(plane.server)
  const [container] = pod.spec.containers
  if (container === undefined) throw new Error('the creator has no container')
  const { namespace } = pod.metadata
  const account = join(folder, 'account')
  mkdirSync(account)
  writeFileSync(
    join(account, 'token'),
    await serviceAccountToken(plane, namespace, pod.spec.serviceAccountName ?? ''),
  )
  writeFileSync(join(account, 'ca.crt'), plane.ca)
  writeFileSync(join(account, 'namespace'), namespace)
  const policy = join(folder, 'policy')
  mkdirSync(policy)
  const name = pod.spec.volumes?.find((volume) => volume.name === 'policy')?.configMap?.name
  const { body } = await plane.request('GET', `/api/v1/namespaces/${namespace}/configmaps/${name}`)
  const { data }: { data: Readonly<Record<string, string>> } = JSON.parse(JSON.stringify(body))
  for (const [file, text] of Object.entries(data)) writeFileSync(join(policy, file), text)
  const token = 'kube-api-access'
  const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
  const { volumeMounts = [] } = container
  const [first = '', ...rest] = runArguments(
    pod,
    { ...container, volumeMounts: [...volumeMounts, { name: token, mountPath, readOnly: true }] },
    {
      image,
      volumes: { policy, [token]: account },
      env: {
        ...env,
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: port,
        LISTEN: '127.0.0.1:0',
      },
    },
  )
  const id = engineSays(first, '--detach', ...rest)
  t.teardown(() => engine(['rm', '--force', id]))
  return id
}

/** What the kubelet would show of the pod's annotations, by its own library. */
function downwardFile(plane: ControlPlane, { metadata: { name, namespace } }: Pod): string {
  const args = [
    `--kubeconfig=${plane.kubeconfig}`,
    'get',
    'pod',
    name,
    `--namespace=${namespace}`,
    '--output=json',
  ]
  const pod = run(kubectl().path ?? '', args).stdout
  const program = [
    '-C',
    join(root, 'test/servers/control-plane'),
    '-trimpath',
    '-buildvcs=false',
    './downward-file',
  ]
  const ended = run(go ?? '', ['run', ...program, 'metadata.annotations'], { input: pod })
  if (ended.status !== 0) throw new Error(ended.stderr)
  return ended.stdout
}

/** What init asked for is what the policy allows: each name, and no other. */
async function isJudged(t: Test, policies: string, asked: readonly string[], folder: string): Promise<void> {
  mkdirSync(folder)
  const [documents] = await evaluatePolicies(folder, [{ policies, place }])
  const own = documents?.get('cluster-app-role') ?? []
  t.strictSame(asked.map(arnOf), resourcesOf(own))
  t.equal(documents?.size, 1)
  for (const name of [...asked, '/quickstart/another', '/db.password']) {
    const verdict = await isAllowed(own, { action: 'ssm:GetParameters', resource: arnOf(name) })
    t.equal(verdict, asked.includes(name), name)
  }
}

/** The lines that one text has more than another, and fewer. */
function difference(before: string, after: string): string[] {
  const [old, current] = [before, after].map((text) => text.split('\n').map((line) => line.trim()))
  return [
    ...(current ?? []).filter((line) => !old?.includes(line)).map((line) => `+ ${line}`),
    ...(old ?? []).filter((line) => !current?.includes(line)).map((line) => `- ${line}`),
  ]
}
