/** The objects of `kees admission-policy --inject`, for one namespace of a cluster in which several have their own. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { mapOf } from '../../api/json.ts'
import { fakeIo } from '../../cli/fake-io.ts'
import { kees } from '../../cli/kees.ts'
import type { Json } from './hostile-pods.ts'

const policy = `apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
metadata: {name: default}
spec:
  rules:
    - {namespaces: ["*"], prefixes: [/], maxPerPod: 1024, localMode: true}
`

/** @param file of the options of inject-init. @param namespace the prefix of the names of the objects, too. @param of which of them. */
export async function injectingPolicies(
  folder: string,
  file: string,
  namespace: string,
  of: readonly string[],
): Promise<Json[]> {
  const policyFile = join(folder, 'storage-policy.yaml')
  writeFileSync(policyFile, policy)
  const io = fakeIo('')
  const args = ['admission-policy', '--inject', '--name', namespace, '--policy', policyFile, '--config', file]
  if ((await kees(args, io)) !== 0) throw new Error(io.said())
  const objects = parseAllDocuments(io.printed()).map((one): Json => one.toJS())
  const wanted = objects.filter(({ metadata }) =>
    of.includes(String(mapOf(metadata)['name']).slice(namespace.length + 1)),
  )
  return wanted.map((object) => {
    if (!String(object['kind']).endsWith('Binding')) return object
    const matchResources = {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    }
    return { ...object, spec: { ...mapOf(object['spec']), matchResources } }
  })
}
