/**
 * The Events of docs/operations.md, from the built creator: every reason is recorded on a pod, with its message.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { createNamespace, createPod, eventsOf } from '../creator/cluster-workloads.ts'
import { startCreator } from '../creator/process.ts'
import { eventually } from '../programs/eventually.ts'
import { root } from '../programs/programs.ts'
import { command } from '../programs/tools.ts'
import { startApiFront } from '../servers/api-front.ts'
import { makeLoopbackCertificate } from '../servers/loopback-certificate.ts'
import { startSmallApiServer } from '../servers/small-api-server.ts'

t.setTimeout(600_000)

const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')
/** The code spans in the first cells of the table of a section. */
const entriesOf = (heading: string) =>
  [...(page.split(`## ${heading}\n`)[1]?.split(/^## /m)[0] ?? '').matchAll(/^\| `([^`]+)` \|/gm)]
    .map(([, entry = '']) => entry)
    .toSorted()

const dynamic = (size: number) => `kind=DYNAMIC,type=PASSWORD,size=${size}`
const rsa = (name: string) => ({
  [`secret.bsycorp.com/${name}_private`]: 'kind=DYNAMIC,type=RSA,size=2048',
  [`secret.bsycorp.com/${name}_public`]: 'kind=DYNAMIC,type=RSA,size=2048',
})
/** By the name of the pod, which is that of the namespace too: what it declares, and what is recorded. */
const pods: readonly (readonly [
  name: string,
  declared: Readonly<Record<string, string>>,
  reason: string,
  message: RegExp,
])[] = [
  ['created', { 'secret.bsycorp.com/a': dynamic(128) }, 'Created', /\/created\/a/],
  ['invalid', { 'secret.bsycorp.com/a': dynamic(7) }, 'InvalidAnnotation', /size/],
  [
    'policy',
    { 'init.bsycorp.com/storage-prefix': '/other', 'secret.bsycorp.com/a': dynamic(128) },
    'RefusedByPolicy',
    /not below a prefix that the StoragePolicy allows: \/policy/,
  ],
  [
    'quota',
    { 'secret.bsycorp.com/a': dynamic(128), 'secret.bsycorp.com/b': dynamic(128) },
    'QuotaExceeded',
    /maxNewPerHour/,
  ],
  [
    'budget',
    { 'secret.bsycorp.com/a': dynamic(128), 'secret.bsycorp.com/b': dynamic(128) },
    'BudgetExceeded',
    /maxClaims/,
  ],
  ['conflict', { 'secret.bsycorp.com/a': dynamic(256) }, 'Conflict', /256/],
  ['half', rsa('pair'), 'IncompleteGroup', /\/half\/pair_private/],
  ['mismatch', rsa('pair'), 'MismatchedGroup', /\/mismatch\/pair_/],
  ['denied', { 'secret.bsycorp.com/a': dynamic(128) }, 'AccessDenied', /\/denied\/a/],
  ['kms', { 'secret.bsycorp.com/a': dynamic(128) }, 'RefusedByStore', /KMS key/],
  ['plain', { 'secret.bsycorp.com/a': dynamic(128) }, 'NotInjected', /init container/],
]
const policy = `apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
metadata: {name: default}
spec:
  rules:
    - {namespaces: [quota], prefixes: ["/{namespace}"], maxNewPerHour: 1}
    - {namespaces: [budget], prefixes: ["/{namespace}"], maxClaims: 1}
    - {namespaces: ["*"], prefixes: ["/{namespace}"]}
`

t.test('every Event of the creator', { skip: command('openssl').missing ?? false }, async (t) => {
  const folder = t.testdir({ 'policy.yaml': policy })
  const disabled = {
    kind: 'error',
    status: 400,
    type: 'InvalidKeyId',
    message: 'arn:aws:kms:eu-west-1:111122223333:key/1 is disabled. (Service: AWSKMS; Status Code: 400)',
  } as const
  const ssm = await startFakeSsm({
    denied: ({ name }) => name === '/denied/a',
    fault: ({ action, names }) =>
      action === 'PutParameter' && names.includes('/kms/a') ? disabled : undefined,
  })
  ssm.put('/half/pair_public', 'fakekey')
  ssm.put('/mismatch/pair_private', 'fakekey')
  const plane = await startSmallApiServer()
  const certificate = makeLoopbackCertificate(folder)
  const front = await startApiFront(certificate, plane)
  const kubeconfig = join(folder, 'kubeconfig')
  const cluster = { server: `https://127.0.0.1:${front.port}`, 'certificate-authority': certificate.file }
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user: { token: 'of-a-test' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  )
  const create = async (name: string, pod: string, declared: Readonly<Record<string, string>>) =>
    createPod(plane, name, pod, { 'init.bsycorp.com/storage-prefix': `/${name}`, ...declared })
  for (const namespace of ['kees', ...pods.map(([name]) => name)]) await createNamespace(plane, namespace)
  const creator = await startCreator({
    KUBECONFIG: kubeconfig,
    POLICY_FILE: join(folder, 'policy.yaml'),
    POD_NAME: 'creator-1',
    POD_NAMESPACE: 'kees',
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: ssm.endpoint,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'fakesecret',
  })
  t.teardown(async () => {
    await creator.kill()
    front.stop()
    await Promise.all([plane.stop(), ssm.stop()])
  })
  await create('conflict', 'first', { 'secret.bsycorp.com/a': dynamic(128) })
  await eventually('the first is created', () =>
    ssm.stored.names().some((name) => name.endsWith('conflict/a')),
  )
  for (const [name, declared] of pods) await create(name, name, declared)
  for (const [name, , reason, message] of pods) {
    const isRecorded = async () =>
      (await eventsOf(plane, name)).some((event) => event.reason === reason && message.test(event.message))
    await eventually(`${reason} is recorded on ${name}`, isRecorded)
  }
  t.strictSame(
    pods.map(([, , reason]) => reason).toSorted(),
    entriesOf('By Event reason'),
    'every reason of the page, and no other',
  )
})
