/** Reasons of Events in docs/operations.md: the creator on a node records them, and the command of the page and `kees doctor` name them. */
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { encodePublicKey } from '../../../runtime/values/rsa-key.ts'
import { eventually } from '../../programs/eventually.ts'
import { root } from '../../programs/programs.ts'
import { appPod, neverScheduled } from '../app-pod.ts'
import { installCreator } from '../install-creator.ts'
import { goOnCall, onCallMissing } from '../on-call.ts'

t.setTimeout(1_800_000)

const patience = 240_000
const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')

const password = (size: number) => `kind=DYNAMIC,type=PASSWORD,size=${size}`
const pair = (name: string) => ({
  [`secret.bsycorp.com/${name}_private`]: 'kind=DYNAMIC,type=RSA,size=2048',
  [`secret.bsycorp.com/${name}_public`]: 'kind=DYNAMIC,type=RSA,size=2048',
})
const otherPublicKey = () => encodePublicKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)
/** More than maxNewPerHour, by pods that each stay below maxPerPod. */
const many = [1, 2, 3, 4, 5].map((pod) => {
  const names = Array.from({ length: 45 }, (_, index) => `secret.bsycorp.com/m${pod}-${index}`)
  return Object.fromEntries(names.map((name) => [name, password(128)]))
})

t.test('each reason of an Event', { skip: onCallMissing }, async (t) => {
  const { cluster, namespace, store, storeEndpoint, createPod, doctor, shell } = await goOnCall(
    t,
    'reasons',
    {
      denied: ({ name }) => name.includes('denied'),
      fault: ({ action, names }) =>
        action === 'PutParameter' && names.some((name) => name.includes('refused'))
          ? { kind: 'error', status: 400, type: 'ParameterLimitExceeded' }
          : undefined,
    },
  )
  const rate = {
    op: 'add',
    path: '/spec/template/spec/containers/0/env/-',
    value: { name: 'PUT_RATE', value: '50' },
  }
  await installCreator(t, cluster, storeEndpoint, [rate])
  store.put(`/${namespace}/half_public`, otherPublicKey())
  const [command = ''] = /kubectl events -n shop --for pod\/NAME/.exec(page) ?? []
  t.not(command, '')

  const prefix = { 'init.bsycorp.com/storage-prefix': `/${namespace}` }
  /** No kubelet runs them: the creator reads them, and that is enough. */
  const declare = (name: string, declarations: Readonly<Record<string, string>>) =>
    createPod(name, { ...prefix, ...declarations }, { spec: neverScheduled })
  const hasEvent = async (pod: string, reason: string) =>
    new RegExp(`${reason} +Pod/${pod} `).test(
      await shell(command.replace('shop', namespace).replace('NAME', pod)),
    )
  /** That the pod gets the Event, and `kees doctor` names it and what it is about. */
  const isReported = async (pod: string, reason: string, about: RegExp) => {
    await eventually(`${pod} has the Event ${reason}`, () => hasEvent(pod, reason), patience)
    const { printed } = await doctor(pod)
    const line = new RegExp(
      `^events +warning +\\S+ Events? ${reason}, .* on pod ${namespace}/${pod}: (.*)\n.*hint: see ${reason} in docs`,
      'm',
    )
    t.match(line.exec(printed)?.[1] ?? printed, about, reason)
  }

  await declare('first', { 'secret.bsycorp.com/token': password(128) })
  await eventually('first has the Event Created', () => hasEvent('first', 'Created'), patience)
  await declare('second', { 'secret.bsycorp.com/token': password(256) })
  await isReported('second', 'Conflict', /\/token/)
  await declare('elsewhere', {
    'init.bsycorp.com/storage-prefix': '/other',
    'secret.bsycorp.com/token': password(128),
  })
  await isReported('elsewhere', 'RefusedByPolicy', /not below a prefix that the StoragePolicy allows/)
  await declare('denied', { 'secret.bsycorp.com/denied': password(128) })
  await isReported('denied', 'AccessDenied', /\/denied/)
  await declare('refused', { 'secret.bsycorp.com/refused': password(128) })
  await isReported('refused', 'RefusedByStore', /the account has no parameters left/)
  await declare('half', pair('half'))
  await isReported('half', 'IncompleteGroup', /half_private/)
  await declare('mixed', pair('mixed'))
  await eventually('mixed has the Event Created', () => hasEvent('mixed', 'Created'), patience)
  // The creator compares the parts that it has created a minute later. Those that were there before it does not read.
  store.put(`/${namespace}/mixed_public`, otherPublicKey())
  await isReported('mixed', 'MismatchedGroup', /mixed_p/)

  await t.test('annotations that no build has read', async (t) => {
    await declare('changed', { 'secret.bsycorp.com/good': password(128) })
    await shell(`kubectl annotate pod changed -n ${namespace} secret.bsycorp.com/bad=kind=STATIC`)
    await isReported('changed', 'InvalidAnnotation', /secret\.bsycorp\.com\/bad/)
    const plain = { ...prefix, 'secret.bsycorp.com/plain': password(128) }
    const pod = appPod(namespace, 'plain', plain, neverScheduled)
    await cluster.kubectl(['create', '-f', '-'], JSON.stringify(pod))
    await isReported('plain', 'NotInjected', /./)
    const { printed, exit } = await doctor('plain')
    t.match(printed, /^pod +error +it /m)
    t.not(exit, 0)
  })

  await t.test('maxNewPerHour', async () => {
    for (const [index, declarations] of many.entries()) await declare(`many-${index}`, declarations)
    const reported = async () => {
      for (const index of many.keys()) if (await hasEvent(`many-${index}`, 'QuotaExceeded')) return index
      return undefined
    }
    let found: number | undefined
    const isThere = async () => (found = await reported()) !== undefined
    await eventually('a pod has the Event QuotaExceeded', isThere, patience)
    await isReported(`many-${found}`, 'QuotaExceeded', /maxNewPerHour of the StoragePolicy is used up/)
  })
})
