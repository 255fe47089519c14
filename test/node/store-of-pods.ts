/** A strict fake Parameter Store that the pods of a node reach, and workloads that inject-init has prepared for it. */
import type { Test } from 'tap'
import { type FakeSsmServer, type FakeSsmServerOptions, startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { run } from '../programs/programs.ts'
import { initImage } from './node-images.ts'
import type { Cluster } from './use-node.ts'

type StoreOfPods = {
  readonly server: FakeSsmServer
  /** At which pods reach it. */
  readonly endpoint: string
  /** @param spec more options. @param kees another version. @returns the manifest of a workload, injected. */
  readonly inject: (workload: object, spec?: object, kees?: string) => string
}

export async function startStoreOfPods(
  t: Test,
  cluster: Cluster,
  options: FakeSsmServerOptions = {},
): Promise<StoreOfPods> {
  const server = await startFakeSsm(options)
  t.teardown(() => server.stop())
  const endpoint = await cluster.expose(server.endpoint)
  const env = [
    { name: 'AWS_REGION', value: 'eu-west-1' },
    { name: 'AWS_ENDPOINT_URL', value: endpoint },
    { name: 'AWS_ACCESS_KEY_ID', value: 'AKIDEXAMPLE' },
    { name: 'AWS_SECRET_ACCESS_KEY', value: 'fakesecret' },
    { name: 'ALLOW_HTTP', value: 'true' },
  ]
  const inject = (workload: object, spec: object = {}, kees = 'kees') => {
    const folder = t.testdir({
      'inject-init.yaml': JSON.stringify({
        apiVersion: 'kees.bsycorp.com/v1alpha1',
        kind: 'InjectInit',
        metadata: { name: 'inject-init' },
        spec: { image: initImage, env, ...spec },
      }),
    })
    const args = ['inject', '-f', '-', '--config', `${folder}/inject-init.yaml`]
    const { status, stdout, stderr } = run(kees, args, { input: JSON.stringify(workload) })
    if (status !== 0) throw new Error(stderr)
    return stdout
  }
  return { server, endpoint, inject }
}
