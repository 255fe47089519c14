/**
 * The conditions of local mode, each with each of the others, in every program: the annotation, what the build allows, the StoragePolicy of the namespace,
 * and an AWS identity of init.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse, stringify } from 'yaml'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { parseStoragePolicy } from '../../api/storage/storage-policy.ts'
import { fakeIo } from '../../cli/fake-io.ts'
import { kees } from '../../cli/kees.ts'
import { readClaims } from '../../runtime/creator/claims/read-claims.ts'
import { eventually } from '../programs/eventually.ts'
import { run } from '../programs/programs.ts'
import { controlPlaneMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { parseAllDocuments } from 'yaml'

const image = 'example/init:1'
const policy = `apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
metadata: {name: default}
spec:
  rules:
    - {namespaces: [preview], prefixes: ["/"], localMode: true}
    - {namespaces: [prod], prefixes: ["/"]}
`
const annotation = 'init.bsycorp.com/local-mode'
const identity = { name: 'AWS_ROLE_ARN', value: 'arn:aws:iam::111122223333:role/app' }
const secret = 'secret.bsycorp.com/db.password'
const derived = 'db.password=CYSBHmNDvxNGJPvH\n'

type Case = {
  /** Whether the pod has the annotation. */
  readonly local: boolean
  /** Whether inject-init has the option; whether init has the variable. */
  readonly allowed: boolean
  /** One in which the StoragePolicy allows local mode, or one in which it does not. */
  readonly namespace: 'preview' | 'prod'
  readonly hasIdentity: boolean
}
const both = [false, true] as const
const cases: readonly Case[] = both.flatMap((local) =>
  both.flatMap((allowed) =>
    (['preview', 'prod'] as const).flatMap((namespace) =>
      both.map((hasIdentity) => ({ local, allowed, namespace, hasIdentity })),
    ),
  ),
)
const titleOf = ({ local, allowed, namespace, hasIdentity }: Case) =>
  `${local ? 'annotated' : 'not annotated'}, ${allowed ? 'allowed' : 'not allowed'}, in ${namespace}, ${hasIdentity ? 'with' : 'without'} an identity`

const annotationsOf = ({ local }: Case): Record<string, string> => ({
  [secret]: 'kind=DYNAMIC,type=PASSWORD,size=128',
  ...(local ? { [annotation]: 'true' } : {}),
})

const podOf = (one: Case): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'app', namespace: one.namespace, annotations: annotationsOf(one) },
  spec: { containers: [{ name: 'app', image: 'example/app:1' }] },
})

type Variable = { readonly name: string; readonly value?: string }
type Pod = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly annotations: Readonly<Record<string, string>>
    readonly name: string
    readonly namespace: string
  }
  readonly spec: {
    readonly containers: readonly object[]
    readonly initContainers?: readonly { env: Variable[] }[]
  }
}

async function command(args: readonly string[], input: string, env: Readonly<Record<string, string>> = {}) {
  const io = fakeIo(input, env)
  const exit = await kees(args, io)
  return { exit, printed: io.printed(), said: io.said() }
}

/** As its author may have written it: with the init container, and with or without each variable. */
async function injectedPod(one: Case): Promise<Pod> {
  const plain = stringify(podOf({ ...one, local: false }))
  const { printed } = await command(['inject', '-f', '-', '--image', image], plain)
  const pod: Pod = parse(printed)
  const [init] = pod.spec.initContainers ?? []
  if (one.local) init?.env.push({ name: 'CONTRACT', value: '2' })
  if (one.allowed) init?.env.push({ name: 'ALLOW_LOCAL_MODE', value: 'true' })
  if (one.hasIdentity) init?.env.push(identity)
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, ...annotationsOf(one) } },
  }
}

function makePlace(t: Test) {
  const folder = t.testdir({ 'policy.yaml': policy, secret: {} })
  const path = (name: string) => join(folder, name)
  mkdirSync(path('store'), { mode: 0o700 })
  return { path, policyFile: path('policy.yaml'), store: `file:${path('store')}` }
}

const refusals = ({ local, allowed, namespace, hasIdentity }: Case) =>
  local
    ? [
        ...(allowed ? [] : [/local mode needs flag --allow-local-mode/]),
        ...(namespace === 'preview' ? [] : [/local mode is not allowed by the StoragePolicy/]),
        ...(hasIdentity ? [/variable AWS_ROLE_ARN of init gives the pod an AWS identity/] : []),
      ]
    : []

function judged(t: Test, said: string, expected: readonly RegExp[]): void {
  for (const one of expected) t.match(said, one)
  t.equal([...said.matchAll(/error: /g)].length, expected.length, said)
}

t.test('kees inject names everything that refuses a pod', async (t) => {
  const { path, policyFile } = makePlace(t)
  writeFileSync(
    path('inject-init.yaml'),
    stringify({
      apiVersion: 'kees.bsycorp.com/v1alpha1',
      kind: 'InjectInit',
      spec: { image, env: [identity] },
    }),
  )
  for (const one of cases)
    await t.test(titleOf(one), async (t) => {
      const options = one.hasIdentity ? ['--config', path('inject-init.yaml')] : ['--image', image]
      const allow = one.allowed ? ['--allow-local-mode'] : []
      const args = ['inject', '-f', '-', '--policy', policyFile, ...options, ...allow]
      const { exit, printed, said } = await command(args, stringify(podOf(one)))
      const expected = refusals(one)
      judged(t, said, expected)
      t.equal(exit, expected.length > 0 ? 1 : 0)
      const isSet = /ALLOW_LOCAL_MODE\n +value: "true"/.test(printed)
      t.equal(isSet, exit === 0 && one.local, 'the variable is in pods with the annotation alone')
    })
})

t.test('the function inject-init does so too', async (t) => {
  for (const one of cases.filter(({ hasIdentity }) => !hasIdentity))
    await t.test(titleOf(one), async (t) => {
      const spec = { image, allowLocalMode: one.allowed, storagePolicy: parse(policy) }
      const functionConfig = {
        apiVersion: 'kees.bsycorp.com/v1alpha1',
        kind: 'InjectInit',
        metadata: { name: 'a' },
        spec,
      }
      const list = {
        apiVersion: 'config.kubernetes.io/v1',
        kind: 'ResourceList',
        items: [podOf(one)],
        functionConfig,
      }
      t.equal(run('inject-init', [], { input: stringify(list) }).status, refusals(one).length > 0 ? 1 : 0)
    })
})

t.test('kees verify refuses the same pods once they are injected; it needs no option', async (t) => {
  const { policyFile } = makePlace(t)
  for (const one of cases)
    await t.test(titleOf(one), async (t) => {
      const args = ['verify', '-f', '-', '--policy', policyFile]
      const { exit, said } = await command(args, stringify(await injectedPod(one)))
      const unexpected = one.local || !one.allowed ? [] : [/env\[ALLOW_LOCAL_MODE\]: expected "false"/]
      const expected = [...refusals(one), ...unexpected]
      for (const message of expected) t.match(said, message)
      t.equal(exit, expected.length > 0 ? 1 : 0, said)
    })
})

t.test('kees export grants nothing to a pod in local mode; the StoragePolicy may refuse it', async (t) => {
  const { policyFile } = makePlace(t)
  for (const one of cases.filter(({ hasIdentity }) => !hasIdentity))
    await t.test(titleOf(one), async (t) => {
      const pod = stringify(await injectedPod(one))
      const { exit, printed, said } = await command(['export', '-f', '-'], pod)
      t.equal(exit, 0, said)
      t.equal(printed.includes('/db.password'), !one.local)
      t.equal(said.includes('the pod is in local mode, in which it reads no store'), one.local)
      const limited = await command(['export', '-f', '-', '--policy', policyFile], pod)
      t.equal(limited.exit, one.local && one.namespace === 'prod' ? 1 : 0)
    })
})

t.test('init derives a value, exits with 2, or reads the store', async (t) => {
  const { path, store } = makePlace(t)
  writeFileSync(path('store/%2Fdb.password'), 'fakepassword', { mode: 0o600 })
  for (const one of cases.filter(({ namespace }) => namespace === 'preview'))
    await t.test(titleOf(one), async (t) => {
      rmSync(path('secret'), { recursive: true })
      mkdirSync(path('secret'))
      writeFileSync(path('annotations'), formatAnnotationsFile(Object.entries(annotationsOf(one))))
      const pod = await injectedPod(one)
      const given = (pod.spec.initContainers?.[0]?.env ?? []).flatMap(({ name, value }) =>
        value === undefined ? [] : [[name, value]],
      )
      const { status, stderr } = run('init', [], {
        env: {
          ...Object.fromEntries(given),
          ANNOTATIONS_FILE: path('annotations'),
          SECRETS_FILE: path('secret/secret'),
          RESOURCES_FILE: path('secret/resource'),
          KEES_STORE: store,
        },
      })
      const isRefused = one.local && (!one.allowed || one.hasIdentity)
      t.equal(status, isRefused ? 2 : 0, stderr)
      const written = readdirSync(path('secret')).includes('secret')
        ? readFileSync(path('secret/secret'), 'utf8')
        : undefined
      t.equal(written, isRefused ? undefined : one.local ? derived : 'db.password=fakepassword\n')
      t.equal(stderr.includes('everybody can compute these values'), one.local && !isRefused, 'a warning')
    })
})

t.test('the creator, kees create and kees status leave pods in local mode out', async (t) => {
  const { value: rules } = parseStoragePolicy(parse(policy))
  for (const one of cases.filter(({ hasIdentity, allowed }) => !hasIdentity && allowed))
    await t.test(titleOf(one), async (t) => {
      const annotations = Object.entries(annotationsOf(one))
      const { claims, warnings } = readClaims(one.namespace, annotations, {
        annotationDomain: 'bsycorp.com',
        policy: rules,
      })
      t.equal(claims.length, one.local ? 0 : 1)
      t.strictSame(
        warnings.map(({ reason }) => reason),
        one.local && one.namespace === 'prod' ? ['RefusedByPolicy'] : [],
      )
      const { path, store } = makePlace(t)
      const pod = stringify(podOf(one))
      t.match(
        (await command(['status', '-f', '-', '--store', store], pod)).printed,
        one.local ? / local\n/ : / missing\n/,
      )
      t.equal((await command(['create', '-f', '-', '--store', store], pod)).exit, 0)
      t.equal(readdirSync(path('store')).length, one.local ? 0 : 1)
    })
})

t.test('the admission policy refuses the same pods', { skip: controlPlaneMissing }, async (t) => {
  const cluster = await sharedControlPlane(t)
  const { policyFile } = makePlace(t)
  const { printed } = await command(['admission-policy', '--policy', policyFile, '--image', image], '')
  for (const document of parseAllDocuments(printed)) {
    const object: { readonly kind: string } = document.toJS()
    const resource = `${object.kind.toLowerCase().replace(/y$/, 'ie')}s`
    const path = `/apis/admissionregistration.k8s.io/v1/${resource}`
    t.match(await cluster.request('POST', path, object), { status: 201 })
  }
  for (const name of ['preview', 'prod'])
    await cluster.request('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    })
  const create = async (pod: Pod) =>
    await cluster.request('POST', `/api/v1/namespaces/${pod.metadata.namespace}/pods?dryRun=All`, pod)
  await eventually(
    'the policy is at work',
    async () => (await create(podOf(cases[0] ?? noCase))).status === 422,
  )
  for (const one of cases) {
    const { local, allowed, namespace, hasIdentity } = one
    const expected = [
      ...(local && namespace === 'prod'
        ? [/the StoragePolicy does not allow local mode in the namespace prod/]
        : []),
      ...(local && hasIdentity ? [/a variable of init gives the pod an AWS identity/] : []),
      ...(!local && allowed ? [/ALLOW_LOCAL_MODE must not be set in a pod that is not in local mode/] : []),
    ]
    const answer = await create(await injectedPod(one))
    // The API server names the first one.
    const [message] = expected
    t.match(answer, message ? { status: 422, body: { message } } : { status: 201 }, titleOf(one))
  }
})

const noCase: Case = { local: false, allowed: false, namespace: 'preview', hasIdentity: false }
