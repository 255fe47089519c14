/**
 * What a person on call has: a laptop that reaches the API server by an address of its own and the store directly, and pods in the node whose way to
 * the store, to STS or to the API server can be cut.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { parse, stringify } from 'yaml'
import type { FakeSsmServer, FakeSsmServerOptions } from '../../runtime/fake-ssm/server.ts'
import { eventually } from '../programs/eventually.ts'
import { runBeside } from '../programs/run-beside.ts'
import { startFakeSts } from '../servers/fake-sts.ts'
import { appContainer } from './app-pod.ts'
import { cutTraffic } from './cut-traffic.ts'
import { forwardTo } from './forwarding.ts'
import { addresses } from './node-files.ts'
import { namedNode } from './node-session.ts'
import { startStoreOfPods } from './store-of-pods.ts'
import { type Cluster, nodeTestsMissing, useNode } from './use-node.ts'

/** For tap's `skip`: the network of another node is not ours to cut. */
export const onCallMissing = nodeTestsMissing || (namedNode() !== undefined && 'needs KEES_NODE unset')

/** Of the API server, which listens on all addresses; only the laptop of the test uses this one. */
const ownAddress = '127.0.0.2'
const tokens = '/var/run/secrets/eks.amazonaws.com/serviceaccount'
const patience = 180_000

type PodOptions = {
  /** `role`: by STS, as IRSA does it. */
  readonly identity?: 'keys' | 'role'
  /** More options of inject-init. */
  readonly inject?: object
  /** More fields of the pod's spec. */
  readonly spec?: object
  /** More variables of init. */
  readonly env?: Readonly<Record<string, string>>
}

type Ended = { readonly exitCode: number; readonly message: string }

type InjectedPod = {
  readonly spec: {
    readonly initContainers: readonly [{ env: { name: string; value?: string }[]; volumeMounts: object[] }]
    readonly volumes: object[]
  }
}

type OnCall = {
  readonly cluster: Cluster
  readonly namespace: string
  readonly store: FakeSsmServer
  readonly storeEndpoint: string
  /**
   * Each ends the outage that it began. `laptop` and `cluster`: to the API server, from the laptop alone, and from the pods, the kubelet and the
   * controllers.
   */
  readonly cut: Readonly<Record<'store' | 'sts' | 'laptop' | 'cluster', () => Promise<() => Promise<void>>>>
  /** Creates a pod that is injected, from the laptop. */
  readonly createPod: (
    name: string,
    annotations: Readonly<Record<string, string>>,
    options?: PodOptions,
  ) => Promise<void>
  /** How init of a pod ended last, once it has. */
  readonly ended: (pod: string) => Promise<Ended>
  readonly becomesReady: (pod: string) => Promise<string>
  readonly kees: (
    args: readonly string[],
    input?: string,
  ) => Promise<{ readonly stdout: string; readonly stderr: string; readonly status: number | null }>
  /** Runs a line of a shell on the laptop. @returns what it prints, also where it fails. */
  readonly shell: (line: string, input?: string) => Promise<string>
  /** What `kees doctor POD` prints, and its exit code. */
  readonly doctor: (pod: string) => Promise<{ readonly printed: string; readonly exit: number | null }>
}

export async function goOnCall(t: Test, title: string, options: FakeSsmServerOptions = {}): Promise<OnCall> {
  const cluster = await useNode(t)
  const { server: store, endpoint: storeEndpoint, inject } = await startStoreOfPods(t, cluster, options)
  const sts = await startFakeSts()
  t.teardown(sts.stop)
  const stsEndpoint = await cluster.expose(sts.endpoint)
  const namespace = await cluster.makeNamespace(title)
  const { enter } = cluster
  const { port, close } = await forwardTo(enter, ownAddress, 443)
  t.teardown(close)
  const laptop = mkdtempSync(join(tmpdir(), 'kees-laptop-'))
  t.teardown(() => rmSync(laptop, { recursive: true }))
  const kubeconfig = join(laptop, 'kubeconfig')
  const config = parse(readFileSync(cluster.kubeconfig, 'utf8'))
  for (const one of config.clusters) one.cluster.server = `https://127.0.0.1:${port}`
  writeFileSync(kubeconfig, stringify(config), { mode: 0o600 })
  const env = {
    KUBECONFIG: kubeconfig,
    KEES_STORE: 'ssm',
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: store.endpoint,
    AWS_ENDPOINT_URL_STS: sts.endpoint,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'fakesecret',
  }
  const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  const cutEndpoint = (endpoint: string) => {
    const { hostname, port: of } = new URL(endpoint)
    return cutTraffic(t, enter, `-d ${hostname} -p tcp --dport ${of}`)
  }
  const kees = (args: readonly string[], input = '') => runBeside('kees', args, { env, input })
  const cutApiServer = (address: string) => () => cutTraffic(t, enter, `-d ${address} -p tcp --dport 443`)
  return {
    cluster,
    namespace,
    store,
    storeEndpoint,
    cut: {
      store: () => cutEndpoint(storeEndpoint),
      sts: () => cutEndpoint(stsEndpoint),
      laptop: cutApiServer(ownAddress),
      cluster: cutApiServer(addresses.service),
    },
    createPod: async (name, annotations, pod = {}) => {
      const containers = [appContainer]
      const spec = { terminationGracePeriodSeconds: 1, containers, ...pod.spec }
      const whole = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, annotations }, spec }
      const injected: InjectedPod = parse(inject(whole, pod.inject))
      const patient = {
        DEADLINE: '6s',
        REQUEST_TIMEOUT: '2s',
        REFERENCE_WAIT: '0s',
        WAIT_TIMEOUT: '0s',
        DENIED_WAIT: '0s',
        ...pod.env,
      }
      const manifest = pod.identity === 'role' ? withRole(injected, stsEndpoint) : injected
      for (const [key, value] of Object.entries(patient))
        manifest.spec.initContainers[0].env.push({ name: key, value })
      const created = await runBeside('kubectl', ['create', '-f', '-'], {
        env,
        input: JSON.stringify(manifest),
      })
      if (created.status !== 0) throw new Error(created.stderr)
    },
    ended: async (pod) => {
      let found: Ended | undefined
      await eventually(
        `init of ${pod} has ended`,
        async () => {
          const { status } = JSON.parse(await cluster.readPod(namespace, pod))
          const [init] = status.initContainerStatuses ?? []
          found = init?.state.terminated ?? init?.lastState.terminated
          return found !== undefined
        },
        patience,
      )
      return found ?? { exitCode: 0, message: '' }
    },
    becomesReady: (pod) => inNamespace('wait', '--for=condition=Ready', `pod/${pod}`, '--timeout=290s'),
    kees,
    shell: async (line, input = '') => {
      const { stdout, stderr } = await runBeside('sh', ['-c', line], { env, input })
      return stdout + stderr
    },
    doctor: async (pod) => {
      const { stdout, stderr, status } = await kees(['doctor', pod, '-n', namespace])
      return { printed: stdout + stderr, exit: status }
    },
  }
}

/** What the webhook of EKS adds, in place of the access keys. */
function withRole(pod: InjectedPod, stsEndpoint: string): InjectedPod {
  const [init] = pod.spec.initContainers
  init.env = [
    ...init.env.filter(({ name }) => !/^AWS_(ACCESS|SECRET)/.test(name)),
    { name: 'AWS_ROLE_ARN', value: 'arn:aws:iam::111122223333:role/orders' },
    { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: `${tokens}/token` },
    { name: 'AWS_ENDPOINT_URL_STS', value: stsEndpoint },
  ]
  init.volumeMounts.push({ name: 'aws-iam-token', mountPath: tokens, readOnly: true })
  const source = {
    serviceAccountToken: { audience: 'sts.amazonaws.com', expirationSeconds: 86_400, path: 'token' },
  }
  pod.spec.volumes.push({ name: 'aws-iam-token', projected: { sources: [source] } })
  return pod
}
