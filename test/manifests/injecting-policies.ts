/** The objects of `kees admission-policy --inject`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { mapOf } from '../../api/json.ts'
import { fakeIo } from '../../cli/fake-io.ts'
import { kees } from '../../cli/kees.ts'
import { eventually } from '../programs/eventually.ts'
import type { ControlPlane } from '../servers/control-plane.ts'
import type { Json } from './hostile-pods.ts'

const policy = `apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
metadata: {name: default}
spec:
  rules:
    - {namespaces: [narrow], prefixes: [/narrow]}
    - {namespaces: ["*"], prefixes: [/], maxPerPod: 1024, localMode: true}
`

/**
 * Those of all namespaces. @param file of the options of inject-init. @param name the prefix of the names of the objects. @param allowed variables
 * of init that the policies would refuse.
 */
export async function injectingPolicies(
  folder: string,
  file: string,
  name = 'kees',
  allowed: readonly string[] = [],
): Promise<Json[]> {
  const policyFile = join(folder, 'storage-policy.yaml')
  writeFileSync(policyFile, policy)
  const io = fakeIo('')
  const args = [
    'admission-policy',
    '--inject',
    '--name',
    name,
    '--policy',
    policyFile,
    '--config',
    file,
  ].concat(allowed.flatMap((one) => ['--allow-env', one]))
  if ((await kees(args, io)) !== 0) throw new Error(io.said())
  return parseAllDocuments(io.printed()).map((one): Json => one.toJS())
}

/** Those of pods, for one namespace. @param namespace the prefix of the names of the objects, too. */
export async function policiesOfPods(
  folder: string,
  file: string,
  namespace: string,
  allowed: readonly string[] = [],
): Promise<Json[]> {
  const objects = await injectingPolicies(folder, file, namespace, allowed)
  const names = [`${namespace}-inject`, `${namespace}-pods`]
  return objects
    .filter(({ metadata }) => names.includes(String(mapOf(metadata)['name'])))
    .map((object) => {
      if (!String(object['kind']).endsWith('Binding')) return object
      const matchResources = {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      }
      return { ...object, spec: { ...mapOf(object['spec']), matchResources } }
    })
}

/** Creates it; a busy API server compiles its expressions for longer than a request may take, and is asked again. */
export async function createPolicy({ request }: Pick<ControlPlane, 'request'>, object: Json): Promise<void> {
  const kind = String(object['kind'])
  const path = `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase().replace(/y$/, 'ie')}s`
  await eventually(`the ${kind} is accepted`, async () => {
    const { status, body } = await request('POST', path, object)
    if (status !== 504 && status !== 201 && status !== 409) throw new Error(JSON.stringify(body))
    return status !== 504
  })
}
