/** The built creator with a store and an API server on loopback, and a load balancer between it and the API server. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FakeSsmServer, type FakeSsmServerOptions, startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { type Annotations, createPod } from '../creator/cluster-workloads.ts'
import { type CreatorProcess, startCreator } from '../creator/process.ts'
import { type ApiFront, startApiFront } from '../servers/api-front.ts'
import { makeLoopbackCertificate } from '../servers/loopback-certificate.ts'
import { type SmallApiServer, startSmallApiServer } from '../servers/small-api-server.ts'

type ObservedCreator = {
  readonly creator: CreatorProcess
  readonly ssm: FakeSsmServer
  readonly plane: SmallApiServer
  readonly front: ApiFront
  /** One more replica. */
  readonly replica: (podName: string) => Promise<CreatorProcess>
  /** Creates a pod whose storage-prefix is the name of its namespace, unless it has one. */
  readonly create: (namespace: string, pod: string, declared: Annotations) => Promise<void>
  readonly stop: () => Promise<void>
}

/** @param folder for its files. @param policy its StoragePolicy. */
export async function startObservedCreator(
  folder: string,
  policy: string,
  options: FakeSsmServerOptions,
): Promise<ObservedCreator> {
  const ssm = await startFakeSsm(options)
  const plane = await startSmallApiServer()
  const certificate = makeLoopbackCertificate(folder)
  const front = await startApiFront(certificate, plane)
  const [kubeconfig, policyFile] = [join(folder, 'kubeconfig'), join(folder, 'policy.yaml')]
  const cluster = { server: `https://127.0.0.1:${front.port}`, 'certificate-authority': certificate.file }
  writeFileSync(policyFile, policy)
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user: { token: 'of-a-test' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  )
  const creators: CreatorProcess[] = []
  const replica = async (podName: string) => {
    const creator = await startCreator({
      KUBECONFIG: kubeconfig,
      POLICY_FILE: policyFile,
      POD_NAME: podName,
      POD_NAMESPACE: 'kees',
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: ssm.endpoint,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'fakesecret',
    })
    creators.push(creator)
    return creator
  }
  return {
    creator: await replica('creator-1'),
    ssm,
    plane,
    front,
    replica,
    create: (namespace, pod, declared) =>
      createPod(plane, namespace, pod, { 'init.bsycorp.com/storage-prefix': `/${namespace}`, ...declared }),
    stop: async () => {
      await Promise.all(creators.map(async (creator) => creator.kill()))
      front.stop()
      await Promise.all([plane.stop(), ssm.stop()])
    },
  }
}
