/**
 * One control plane for the test files that share a process: it starts when the first of them asks for it, and ends with the process. Each
 * file finds in it what was there at its start. A start takes 2 s of processor time, and the first calls of kubectl another.
 */
import type { Test } from 'tap'
import { atEndOfProcess } from '../../scripts/tests/end-of-process.ts'
import { eventually } from '../programs/eventually.ts'
import { type Cluster, type ControlPlane, startControlPlane } from './control-plane.ts'
import { type EtcdState, readEtcd, restoreEtcd } from './etcd-state.ts'

type Kept = { readonly plane: ControlPlane; readonly atStart: EtcdState }

let kept: Promise<Kept> | undefined
let isTaken = false

/** For the file of the test alone, until the test ends. @param controllers run as long as that. */
export async function sharedControlPlane(
  t: Test,
  { controllers = false }: { readonly controllers?: boolean } = {},
): Promise<Cluster> {
  if (isTaken) throw new Error('another test of this process has the control plane')
  isTaken = true
  kept ??= start()
  const { plane, atStart } = await kept
  const stopControllers = controllers ? await plane.startControllers() : async () => {}
  t.teardown(async () => {
    await stopControllers()
    const removed = await restoreEtcd(plane.etcd, atStart)
    if (removed.some((key) => key.includes('/mutatingadmissionpolic')))
      throw new Error('a test with a MutatingAdmissionPolicy needs a control plane of its own')
    if (removed.some((key) => key.includes('/validatingadmissionpolic'))) await policiesAreGone(plane)
    isTaken = false
  })
  return plane
}

async function start(): Promise<Kept> {
  const plane = await startControlPlane()
  // The API server makes them a moment after it is ready.
  for (const path of madeAtStart)
    await eventually(`${path} exists`, async () => (await plane.request('GET', path)).status === 200)
  const atStart = await readEtcd(plane.etcd)
  plane.unref()
  atEndOfProcess(plane.stop)
  return { plane, atStart }
}

const madeAtStart = [
  ...['default', 'kube-system', 'kube-public', 'kube-node-lease'].map((name) => `/api/v1/namespaces/${name}`),
  '/api/v1/namespaces/default/services/kubernetes',
  '/apis/networking.k8s.io/v1/servicecidrs/kubernetes',
]

/** The API server enforces policies as they were up to a second ago, and all of them as they were at the same moment: so it does this one, the youngest. */
async function policiesAreGone({ etcd, request }: ControlPlane): Promise<void> {
  const before = await readEtcd(etcd)
  const group = '/apis/admissionregistration.k8s.io/v1'
  const metadata = { name: 'last' }
  const resourceRules = [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
  ]
  await request('POST', `${group}/validatingadmissionpolicies`, {
    metadata,
    spec: { matchConstraints: { resourceRules }, validations: [{ expression: 'false' }] },
  })
  await request('POST', `${group}/validatingadmissionpolicybindings`, {
    metadata,
    spec: { policyName: 'last', validationActions: ['Deny'] },
  })
  const write = () => request('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', { metadata })
  await eventually('the last policy is enforced', async () => (await write()).status === 422)
  await restoreEtcd(etcd, before)
  await eventually('no policy is enforced', async () => (await write()).status === 201)
}
