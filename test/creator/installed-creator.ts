import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Cluster } from '../servers/control-plane.ts'
import { type CreatorProcess, startCreator } from './process.ts'
import { serviceAccountToken } from '../servers/service-account-token.ts'

/** A process with the environment and the StoragePolicy of the base that is applied to a cluster, as its ServiceAccount. */
export async function startInstalled(
  t: Test,
  plane: Cluster,
  ssm: { readonly endpoint: string },
): Promise<CreatorProcess> {
  const read = async (path: string) => JSON.stringify((await plane.request('GET', path)).body)
  const deployment: Deployment = JSON.parse(
    await read('/apis/apps/v1/namespaces/kees/deployments/kees-creator'),
  )
  const { containers, volumes, serviceAccountName } = deployment.spec.template.spec
  const map: ConfigMap = JSON.parse(
    await read(`/api/v1/namespaces/kees/configmaps/${volumes[0]?.configMap.name}`),
  )
  const folder = t.testdir(map.data)
  const token = await serviceAccountToken(plane, 'kees', serviceAccountName)
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, readFileSync(plane.kubeconfig, 'utf8').replace(plane.token, token))
  const field: Readonly<Record<string, string>> = {
    'metadata.name': 'kees-creator-0',
    'metadata.namespace': 'kees',
  }
  const installed = (containers[0]?.env ?? []).map(({ name, value, valueFrom }) => [
    name,
    (value ?? field[valueFrom?.fieldRef.fieldPath ?? ''] ?? '').replace('/policy', folder),
  ])
  return await startCreator({
    ...Object.fromEntries(installed),
    KUBECONFIG: kubeconfig,
    PUT_RATE: '20',
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: ssm.endpoint,
    AWS_ACCESS_KEY_ID: 'creator',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
}

type Deployment = {
  readonly spec: { readonly template: { readonly spec: PodSpec } }
}
type PodSpec = {
  readonly serviceAccountName: string
  readonly containers: readonly { readonly env: readonly EnvVar[] }[]
  readonly volumes: readonly { readonly configMap: { readonly name: string } }[]
}
type EnvVar = {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } }
}
type ConfigMap = { readonly data: Readonly<Record<string, string>> }
