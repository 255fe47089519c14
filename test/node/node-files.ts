/** What the servers of a node are configured by. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { stringify } from 'yaml'
import { cniPlugins } from '../../scripts/tools/node-missing.ts'

/** All of them exist in the network namespace of the node only. */
export const addresses = {
  /** Of the node itself: what pods reach it by. */
  node: '10.99.0.1',
  /** Of the Service `kubernetes`. The API server listens there too, so that no kube-proxy is needed. */
  service: '10.0.0.1',
} as const

const pods = '10.244.0.0/24'

type NodeFiles = {
  readonly home: string
  /** PEM: written by the API server when it starts. */
  readonly ca: string
  /** A bearer token of an administrator. */
  readonly token: string
  readonly containerd: string
  readonly logs: readonly string[]
}

/** @param home an empty folder, whose name is that of the node's cgroup too. */
export function writeNodeFiles(home: string): NodeFiles {
  const path = (name: string) => join(home, name)
  const ca = path('certs/apiserver.crt')
  const containerd = path('containerd.sock')
  const token = randomBytes(16).toString('hex')
  for (const name of ['log', 'certs', 'cni', 'kubelet', 'pods']) mkdirSync(path(name))
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  writeFileSync(path('accounts.key'), privateKey, { mode: 0o600 })
  writeFileSync(path('accounts.pub'), publicKey)
  writeFileSync(path('tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 })
  // Nobody answers there; without a name server, every pod gets a warning.
  writeFileSync(path('resolv.conf'), 'nameserver 127.0.0.1\n')
  const inside = { server: `https://${addresses.service}:443`, 'certificate-authority': ca }
  writeFileSync(path('kubeconfig'), kubeconfig(inside, token), { mode: 0o600 })
  writeFileSync(path('cni/10-node.conflist'), JSON.stringify(network))
  writeFileSync(path('containerd.toml'), containerdConfig(home, containerd))
  writeFileSync(path('kubelet.yaml'), stringify(kubeletConfig(home, containerd)))
  return { home, ca, token, containerd, logs: [path('log'), path('pods')] }
}

export function kubeconfig(cluster: Readonly<Record<string, string>>, token: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'node', cluster }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'node', context: { cluster: 'node', user: 'admin' } }],
    'current-context': 'node',
  })
}

const network = {
  cniVersion: '0.4.0',
  name: 'node',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      hairpinMode: true,
      ipMasq: false,
      ipam: {
        type: 'host-local',
        dataDir: '/run/cni-networks',
        ranges: [[{ subnet: pods }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'loopback' },
  ],
}

function containerdConfig(home: string, socket: string): string {
  return `version = 2
root = "${home}/containerd"
state = "/run/containerd"
oom_score = 0
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]

[grpc]
  address = "${socket}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  # Without CAP_SYS_RESOURCE no process can be made less likely to be killed than it is.
  restrict_oom_score_adj = true
  disable_apparmor = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniPlugins() ?? ''}"
    conf_dir = "${home}/cni"

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
`
}

function kubeletConfig(home: string, containerd: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${containerd}`,
    // It can be reached from its own network only.
    address: addresses.node,
    port: 10_250,
    readOnlyPort: 0,
    healthzBindAddress: '127.0.0.1',
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    failCgroupV1: false,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${basename(home)}`,
    cgroupsPerQOS: true,
    enforceNodeAllocatable: ['pods'],
    failSwapOn: false,
    oomScoreAdj: 0,
    podLogsDir: join(home, 'pods'),
    volumePluginDir: join(home, 'plugins'),
    resolvConf: join(home, 'resolv.conf'),
    clusterDNS: [addresses.node],
    clusterDomain: 'cluster.local',
    // It shares disk and memory with others, whose use must not evict its pods.
    evictionHard: {
      'memory.available': '50Mi',
      'nodefs.available': '1%',
      'imagefs.available': '1%',
      'nodefs.inodesFree': '1%',
      'imagefs.inodesFree': '1%',
    },
    imageGCHighThresholdPercent: 100,
    nodeStatusUpdateFrequency: '5s',
    // How often it looks whether the annotations in a volume have changed; a minute by default.
    syncFrequency: '10s',
    registerNode: true,
  }
}
