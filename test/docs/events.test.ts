/**
 * The Events of docs/operations.md, from the built creator: every reason is recorded on a pod, with its message.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { eventsOf } from '../creator/cluster-workloads.ts'
import { eventually } from '../programs/eventually.ts'
import { root } from '../programs/programs.ts'
import { command } from '../programs/tools.ts'
import { startObservedCreator } from './observed-creator.ts'

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
  const disabled = {
    kind: 'error',
    status: 400,
    type: 'InvalidKeyId',
    message: 'arn:aws:kms:eu-west-1:111122223333:key/1 is disabled. (Service: AWSKMS; Status Code: 400)',
  } as const
  const { ssm, plane, create, stop } = await startObservedCreator(t.testdir({}), policy, {
    denied: ({ name }) => name === '/denied/a',
    fault: ({ action, names }) =>
      action === 'PutParameter' && names.includes('/kms/a') ? disabled : undefined,
  })
  t.teardown(stop)
  ssm.put('/half/pair_public', 'fakekey')
  ssm.put('/mismatch/pair_private', 'fakekey')
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
