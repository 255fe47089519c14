/** Somebody with no rights in a cluster but those that are named, and what everybody has: to read the names of the APIs. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { ControlPlane } from './control-plane.ts'

export type Rule = {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

/** @param folder where the kubeconfig is written. @returns its path. */
export async function kubeconfigWith(
  rules: readonly Rule[],
  { request, kubeconfig }: Pick<ControlPlane, 'request' | 'kubeconfig'>,
  name: string,
  folder: string,
): Promise<string> {
  const group = 'rbac.authorization.k8s.io'
  const make = async (collection: string, object: object) => {
    const path = `/apis/${group}/v1/${collection}`
    const { status, body } = await request('POST', path, { metadata: { name }, ...object })
    if (status !== 201) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body)}`)
  }
  await make('clusterroles', { rules })
  await make('clusterrolebindings', {
    roleRef: { apiGroup: group, kind: 'ClusterRole', name },
    subjects: [{ apiGroup: group, kind: 'User', name }],
  })
  const config = parse(readFileSync(kubeconfig, 'utf8'))
  for (const { user } of config.users) user.as = name
  const path = join(folder, `${name}.kubeconfig`)
  writeFileSync(path, stringify(config), { mode: 0o600 })
  return path
}
