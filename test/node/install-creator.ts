import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { stringify } from 'yaml'
import { root } from '../programs/programs.ts'
import { removeIfPassed } from './remove-if-passed.ts'
import type { Cluster } from './use-node.ts'

type Variable = { readonly name: string; readonly value: string }

/** The variables of a pod that uses a store that is not AWS's. */
export function storeVariables(endpoint: string): readonly Variable[] {
  return [
    { name: 'AWS_REGION', value: 'eu-west-1' },
    { name: 'AWS_ENDPOINT_URL', value: endpoint },
    { name: 'AWS_ACCESS_KEY_ID', value: 'test' },
    { name: 'AWS_SECRET_ACCESS_KEY', value: 'test' },
    { name: 'ALLOW_HTTP', value: 'true' },
  ]
}

/**
 * Installs the creator with a store of the test's own, and removes it with the test if that passed. The next one uses the same names.
 * @param patch as for writeCreatorInstallation.
 */
export async function installCreator(
  t: Test,
  cluster: Cluster,
  endpoint: string,
  patch: readonly object[] = [],
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kees-install-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const installation = writeCreatorInstallation(join(folder, 'creator'), endpoint, patch)
  removeIfPassed(t, () => cluster.kubectl(['delete', '-k', installation, '--timeout=240s']))
  await cluster.kubectl(['apply', '-k', installation])
  await cluster.kubectl(['-n', 'kees', 'rollout', 'status', 'deployment/kees-creator', '--timeout=240s'])
}

/**
 * The creator's base with a store of the test's own. @param folder an empty one, to be made. @param patch more operations of a JSON
 * patch of the Deployment. @param storagePolicy in the place of the one of the base. @returns the folder for `kubectl apply -k`.
 */
export function writeCreatorInstallation(
  folder: string,
  endpoint: string,
  patch: readonly object[] = [],
  storagePolicy?: string,
): string {
  const operations = storeVariables(endpoint).map((value) => ({
    op: 'add',
    path: '/spec/template/spec/containers/0/env/-',
    value,
  }))
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['../base'],
    patches: [
      { target: { kind: 'Deployment', name: 'kees-creator' }, patch: stringify([...operations, ...patch]) },
    ],
  }
  cpSync(join(root, 'install/creator'), join(folder, 'base'), { recursive: true })
  if (storagePolicy !== undefined) writeFileSync(join(folder, 'base/storage-policy.yaml'), storagePolicy)
  mkdirSync(join(folder, 'overlay'))
  writeFileSync(join(folder, 'overlay/kustomization.yaml'), stringify(kustomization))
  return join(folder, 'overlay')
}
