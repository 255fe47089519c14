/** Changes of an injected pod that make init another program, or let it write elsewhere; and changes that do not. */

import { parse } from 'yaml'
import { run } from '../programs/programs.ts'

export type Json = Readonly<Record<string, unknown>>

export type Change = readonly [path: string, value: unknown]

type HostilePod = {
  readonly title: string
  readonly changes: readonly Change[]
  /** What `kees verify` and the API server say; absent: they take it. */
  readonly refused?: RegExp
  /** Where `kees verify` finds it as a difference from what inject-init would generate. */
  readonly verify?: RegExp
  readonly refresh?: true
  /** A pod with an environment variable. */
  readonly variable?: true
}

const init = 'spec.initContainers.0'
const refresher = 'spec.initContainers.1'
const env = (name: string, value: string): Change => [`${init}.env.-`, { name, value }]
const mount = (name: string, mountPath: string, more: object = {}): Change => [
  `${init}.volumeMounts.-`,
  { name, mountPath, ...more },
]
const volume = (name: string, source: object): Change => ['spec.volumes.-', { name, ...source }]
const disk = volume('disk', { emptyDir: {} })
const probe = { exec: { command: ['/bin/sh'] } }

const notSet = (field: string) =>
  new RegExp(`initContainers\\[init-container\\]\\.${field.replaceAll('.', '\\.')}: must not be set`)
const ofVariable = (name: string, wrong: string) =>
  new RegExp(`initContainers\\[init-container\\]\\.env\\[${name}\\]: ${wrong}`)
const ofMount = (path: string, wrong: string) =>
  new RegExp(`initContainers\\[init-container\\]\\.volumeMounts\\[${path}\\]: ${wrong}`)
const noInit = /no init container init-container with the image example\/init:1/
const annotationsVolume = /the volume annotations must show the annotations/

const field = (path: string, value: unknown, refused: RegExp = notSet(path)): HostilePod => ({
  title: path,
  changes: [[`${init}.${path}`, value]],
  refused,
})

/** Every field of a container that makes it another program, or shows what it writes. */
const fields: readonly HostilePod[] = [
  field('command', ['/usr/local/bin/node', '-e', 'evil()']),
  field('args', ['--refresh', '5m']),
  field('envFrom', [{ configMapRef: { name: 'evil' } }]),
  field('workingDir', '/tmp'),
  field('ports', [{ containerPort: 80 }]),
  {
    title: 'volumeDevices',
    changes: [
      volume('disk', { persistentVolumeClaim: { claimName: 'disk' } }),
      [`${init}.volumeDevices`, [{ name: 'disk', devicePath: '/dev/x' }]],
    ],
    refused: notSet('volumeDevices'),
  },
  field('stdin', true, /\.stdin: must be false/),
  field('tty', true, /\.tty: must be false/),
  field(
    'terminationMessagePath',
    '/secret/secret',
    /\.terminationMessagePath: must be \/dev\/termination-log/,
  ),
  {
    title: 'securityContext.privileged',
    changes: [[`${init}.securityContext`, { privileged: true }]],
    refused: /\.securityContext\.privileged: must be false/,
  },
  field('securityContext.capabilities.add', ['SYS_PTRACE']),
  {
    title: 'a sidecar in its place, with probes and a hook',
    changes: [
      [`${init}.restartPolicy`, 'Always'],
      [`${init}.startupProbe`, probe],
      [`${init}.livenessProbe`, probe],
      [`${init}.readinessProbe`, probe],
      [`${init}.lifecycle`, { postStart: probe }],
    ],
    refused: notSet('lifecycle'),
    verify: notSet('lifecycle'),
  },
  {
    title: 'stdinOnce',
    changes: [
      [`${init}.stdin`, true],
      [`${init}.stdinOnce`, true],
    ],
    refused: /\.stdinOnce: must be false/,
  },
  {
    title: 'another image',
    changes: [[`${init}.image`, 'example/init:1-evil']],
    refused: noInit,
    verify: /\.image: is "example\/init:1-evil", expected "example\/init:1"/,
  },
]

const guarded = (name: string, value: string, wrong: string): HostilePod => ({
  title: `env ${name}=${value}`,
  changes: [env(name, value)],
  refused: ofVariable(name, wrong),
})

/** inject-init sets these, so `kees verify` reports what injecting again would change. */
const injected = (one: HostilePod): HostilePod => ({
  ...one,
  verify: /\.env\[[A-Z_]+\]: .*(differs|missing|is |expected)/,
})

const variables: readonly HostilePod[] = [
  guarded(
    'AWS_ENDPOINT_URL',
    'https://ssm.eu-west-1.amazonaws.com.evil.example',
    'is not the address of an SSM endpoint of AWS',
  ),
  guarded(
    'AWS_ENDPOINT_URL_SSM',
    'https://ssm.s3.amazonaws.com',
    'is not the address of an SSM endpoint of AWS',
  ),
  guarded(
    'AWS_ENDPOINT_URL_SECRETS_MANAGER',
    'https://ssm.eu-west-1.amazonaws.com',
    'is not the address of a Secrets Manager endpoint of AWS',
  ),
  guarded('AWS_ENDPOINT_URL_STS', 'https://evil.example', 'is not the address of an STS endpoint of AWS'),
  guarded(
    'AWS_EC2_METADATA_SERVICE_ENDPOINT',
    'http://evil.example',
    'is not the address of the instance metadata service',
  ),
  guarded(
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'https://evil.example/creds',
    'is not the address of the EKS Pod Identity Agent',
  ),
  guarded(
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    '/creds',
    'names credentials that are not those of the pod',
  ),
  guarded('AWS_CONTAINER_AUTHORIZATION_TOKEN', 'x', 'names credentials that are not those of the pod'),
  guarded('AWS_CONTAINER_SOMETHING_NEW', 'x', 'names credentials that are not those of the pod'),
  guarded('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', '/secret/secret', 'is not the token of EKS Pod Identity'),
  guarded('AWS_ROLE_ARN', 'app', 'is not the ARN of a role'),
  guarded('AWS_WEB_IDENTITY_TOKEN_FILE', '/secret/secret', 'is not the token of IRSA'),
  guarded('AWS_ACCESS_KEY_ID', 'x', 'gives init other credentials than those of the role of the pod'),
  guarded('AWS_SECRET_ACCESS_KEY', 'x', 'gives init other credentials than those of the role of the pod'),
  guarded('KEES_STORE', 'file:/secret', 'makes init read from another store than AWS'),
  guarded('HTTPS_PROXY', 'http://proxy.example.com:3128', 'sends calls through a proxy'),
  guarded('https_proxy', 'http://proxy.example.com:3128', 'sends calls through a proxy'),
  guarded('AWS_CA_BUNDLE', '/ca.pem', 'replaces the trusted certificates'),
  guarded('NODE_EXTRA_CA_CERTS', '/ca.pem', 'changes how Node works'),
  guarded('NODE_OPTIONS', '--require=/annotations/annotations', 'changes how Node works'),
  guarded('OPENSSL_CONF', '/openssl.cnf', 'changes how TLS works'),
  guarded('LD_PRELOAD', '/evil.so', 'changes how the C library works'),
  guarded('ALLOW_HTTP', 'true', 'allows what init refuses by default'),
  guarded('ALLOW_HTTP', '$(POD_NAME)', 'allows what init refuses by default'),
  injected(guarded('ANNOTATIONS_FILE', '/etc/hosts', 'must be /annotations/annotations')),
  guarded('ANNOTATION_DOMAIN', 'evil.example', 'must be bsycorp.com'),
  injected(guarded('SECRETS_FILE', '/secret/../disk/secret', 'must be below /secret')),
  guarded('RESOURCES_FILE', '/secret/$(POD_NAME)', 'must be below /secret'),
  injected({
    title: 'env SECRETS_FILE on another volume',
    changes: [disk, mount('disk', '/disk'), env('SECRETS_FILE', '/disk/secret')],
    refused: ofVariable('SECRETS_FILE', 'must be below /secret'),
    verify: ofVariable('SECRETS_FILE', 'expected "/secret/secret"'),
  }),
  injected({
    title: 'env SECRETS_FILE from elsewhere',
    changes: [
      [`${init}.env.-`, { name: 'SECRETS_FILE', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    ],
    refused: ofVariable('SECRETS_FILE', 'must be below /secret'),
  }),
  {
    title: 'env SECRETS_FILE twice, of which the second counts',
    changes: [env('SECRETS_FILE', '/secret/secret'), env('SECRETS_FILE', '/disk/secret')],
    refused: ofVariable('SECRETS_FILE', 'must be below /secret'),
    verify: ofVariable('SECRETS_FILE', 'expected "/secret/secret"'),
  },
]

const mounts: readonly HostilePod[] = [
  ...[
    '/usr/local/bin',
    '/usr',
    '/lib/x86_64-linux-gnu',
    '/etc/ssl/certs',
    '/package.json',
    '/proc/x',
    '/dev',
  ].map((path): HostilePod => ({
    title: `a mount at ${path}`,
    changes: [disk, mount('disk', path)],
    refused: ofMount(path, 'must not hide files of the image'),
  })),
  ...['/', '/x/../usr/local/bin', 'usr/local/bin', '//usr/local/bin', '/x//y', '/./usr'].map(
    (path): HostilePod => ({
      title: `a mount at ${path}`,
      changes: [disk, mount('disk', path)],
      refused: ofMount(path.replaceAll('.', '\\.'), 'must be an absolute path'),
    }),
  ),
  ...['/secret/disk', '/secret/', '/annotations/annotations'].map((path): HostilePod => ({
    title: `a mount at ${path}`,
    changes: [disk, mount('disk', path, { subPath: 'x' })],
    refused: ofMount(path, 'must not be inside of'),
  })),
  {
    title: 'a subPath of the secret volume',
    changes: [[`${init}.volumeMounts.0.subPath`, 'x']],
    refused: noInit,
    verify: /volumeMounts\[\/secret\]/,
  },
  {
    title: 'a subPathExpr of the secret volume',
    changes: [[`${init}.volumeMounts.0.subPathExpr`, '$(POD_NAME)']],
    refused: noInit,
    verify: /volumeMounts\[\/secret\]/,
  },
  {
    title: 'a read-only secret volume',
    changes: [[`${init}.volumeMounts.0.readOnly`, true]],
    refused: noInit,
    verify: /volumeMounts\[\/secret\]/,
  },
  {
    title: 'no mount of the annotations',
    changes: [[`${init}.volumeMounts.1`, undefined]],
    refused: noInit,
    verify: /volumeMounts\[\/annotations\]: missing/,
  },
  {
    title: 'a subPath of the annotations',
    changes: [[`${init}.volumeMounts.1.subPath`, 'annotations']],
    refused: noInit,
    verify: /volumeMounts\[\/annotations\]/,
  },
  {
    title: 'the secret volume in the place of the annotations',
    changes: [[`${init}.volumeMounts.1.name`, 'secret-volume']],
    refused: noInit,
    verify: /volumeMounts\[\/annotations\]/,
  },
]

const volumes: readonly HostilePod[] = [
  {
    title: 'secrets on the disk of the node',
    changes: [['spec.volumes.0', { name: 'secret-volume', emptyDir: {} }]],
    refused: /does not hold them in memory/,
    verify: /emptyDir\.medium: missing/,
  },
  {
    title: 'secrets in a hostPath',
    changes: [['spec.volumes.0', { name: 'secret-volume', hostPath: { path: '/var/tmp' } }]],
    refused: /does not hold them in memory/,
    verify: /volumes\[secret-volume\]/,
  },
  {
    title: 'annotations from a ConfigMap',
    changes: [['spec.volumes.1', { name: 'annotations', configMap: { name: 'evil' } }]],
    refused: annotationsVolume,
    verify: /volumes\[annotations\]/,
  },
  {
    title: 'labels in the place of the annotations',
    changes: [['spec.volumes.1.downwardAPI.items.0.fieldRef.fieldPath', 'metadata.labels']],
    refused: annotationsVolume,
    verify: /volumes\[annotations\]/,
  },
  {
    title: 'a second file over the annotations',
    changes: [
      [
        'spec.volumes.1.downwardAPI.items.-',
        { path: 'annotations/.', fieldRef: { fieldPath: 'metadata.labels' } },
      ],
    ],
    refused: annotationsVolume,
    verify: /volumes\[annotations\]: must show the annotations/,
  },
  {
    title: 'a ConfigMap beside the annotations in a projected volume',
    changes: [
      [
        'spec.volumes.1',
        {
          name: 'annotations',
          projected: {
            sources: [
              {
                downwardAPI: {
                  items: [{ path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } }],
                },
              },
              { configMap: { name: 'evil' } },
            ],
          },
        },
      ],
    ],
    refused: annotationsVolume,
    verify: /volumes\[annotations\]: must show the annotations/,
  },
]

const sidecar = (path: string, value: unknown, wrong: string): HostilePod => ({
  title: `the sidecar's ${path}`,
  changes: [[`${refresher}.${path}`, value]],
  refused: new RegExp(`initContainers\\[refresh-container\\]\\.${wrong}`),
  refresh: true,
})

const refreshers: readonly HostilePod[] = [
  sidecar('command', ['/bin/sh'], 'command: must not be set'),
  sidecar('args', ['--refresh', '5m', '--eval'], 'args: must be --refresh DURATION'),
  {
    ...sidecar('args', ['-e', 'evil()'], 'args: must be --refresh DURATION'),
    title: "the sidecar's args, without --refresh",
  },
  sidecar(
    'startupProbe.exec.command',
    ['/bin/sh'],
    'startupProbe\\.exec\\.command: must be /usr/local/bin/node /usr/local/bin/init --check',
  ),
  sidecar('livenessProbe', probe, 'livenessProbe: must not be set'),
  sidecar('lifecycle', { preStop: probe }, 'lifecycle: must not be set'),
  sidecar(
    'env.-',
    { name: 'NODE_OPTIONS', value: '--require=/x' },
    'env\\[NODE_OPTIONS\\]: changes how Node works',
  ),
  {
    title: "the sidecar's image",
    changes: [[`${refresher}.image`, 'evil:1']],
    refused: noInit,
    verify: /refresh-container\]\.image/,
    refresh: true,
  },
]

const ofEnvVolume: readonly HostilePod[] = [
  ...['/secret/env', '/env/../disk/env', '/env/a/env'].map((path): HostilePod => ({
    ...injected(guarded('ENV_FILE', path, 'must be a file in /env')),
    variable: true,
  })),
  {
    title: 'a mount inside of that of the variables',
    changes: [disk, mount('disk', '/env/disk')],
    refused: ofMount('/env/disk', 'must not be inside of'),
    variable: true,
  },
  {
    title: 'variables on the disk of the node',
    changes: [['spec.volumes.2', { name: 'env-volume', emptyDir: {} }]],
    refused: /init mounts the volume env-volume, which is not an emptyDir in memory/,
    verify: /emptyDir\.medium: missing/,
    variable: true,
  },
]

const accepted: readonly HostilePod[] = [
  { title: 'as inject-init makes it', changes: [] },
  { title: 'as inject-init makes it, with --refresh', changes: [], refresh: true },
  { title: '--refresh=DURATION', changes: [[`${refresher}.args`, ['--refresh=1h30m']]], refresh: true },
  {
    title: 'what the webhooks of EKS add',
    changes: [
      env('AWS_STS_REGIONAL_ENDPOINTS', 'regional'),
      env('AWS_REGION', 'eu-west-1'),
      env('AWS_ROLE_ARN', 'arn:aws:iam::111122223333:role/app'),
      env('AWS_WEB_IDENTITY_TOKEN_FILE', '/var/run/secrets/eks.amazonaws.com/serviceaccount/token'),
      env('AWS_CONTAINER_CREDENTIALS_FULL_URI', 'http://169.254.170.23/v1/credentials'),
      env(
        'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
        '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token',
      ),
      disk,
      mount('disk', '/var/run/secrets/eks.amazonaws.com/serviceaccount', { readOnly: true }),
      mount('disk', '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount', { readOnly: true }),
      mount('disk', '/var/run/secrets/kubernetes.io/serviceaccount', { readOnly: true }),
    ],
  },
  {
    title: 'the settings of init that users choose',
    changes: [
      env('SECRETS_FILE', '/secret/application.properties'),
      env('RESOURCES_FILE', '/secret/conf.d/.resource'),
      env('FILE_MODE', '0440'),
      env('DEADLINE', '60s'),
      env('WAIT_TIMEOUT', '30s'),
      env('REFERENCE_WAIT', '5s'),
      env('DENIED_WAIT', '5s'),
      env('REQUEST_TIMEOUT', '2s'),
      env('KEES_STORE', 'ssm'),
      env('LISTEN', ':9929'),
      env('NOTIFY_FILE', '/notify/changed'),
      env('NOTIFY_URL', 'http://127.0.0.1:8080/changed'),
      env('LOG_LEVEL', 'debug'),
      env('NO_PROXY', 'amazonaws.com'),
      env('ALLOW_HTTP', 'false'),
      env('AWS_ENDPOINT_URL_SSM', 'https://vpce-0a1b-2c3d.ssm.eu-west-1.vpce.amazonaws.com'),
      disk,
      mount('disk', '/notify'),
    ],
  },
  { title: 'a variable that nothing reads', changes: [env('DD_SERVICE', 'orders')] },
  { title: 'what was allowed by --allow-env', changes: [env('HTTP_PROXY', 'http://proxy.example.com:3128')] },
  { title: 'as inject-init makes it, with a variable', changes: [], variable: true },
  {
    title: 'another name of the file of variables',
    changes: [env('ENV_FILE', '/env/.file')],
  },
  {
    title: 'another volume that has the name of that of the variables',
    changes: [volume('env-volume', { configMap: { name: 'env' } })],
  },
  {
    title: 'empty lists',
    changes: [
      [`${init}.command`, []],
      [`${init}.args`, []],
      [`${init}.envFrom`, []],
    ],
  },
  {
    title: 'other resources and user',
    changes: [
      [`${init}.resources.limits.memory`, '256Mi'],
      [`${init}.securityContext.runAsUser`, 1000],
    ],
  },
  {
    title: 'annotations in a projected volume',
    changes: [
      [
        'spec.volumes.1',
        {
          name: 'annotations',
          projected: {
            sources: [
              {
                downwardAPI: {
                  items: [
                    { path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } },
                    { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
                  ],
                },
              },
            ],
          },
        },
      ],
    ],
  },
]

export const hostilePods: readonly HostilePod[] = [
  ...accepted,
  ...fields,
  ...variables,
  ...mounts,
  ...volumes,
  ...refreshers,
  ...ofEnvVolume,
]

/** Changes the pod that each of them is a change of. */
export function hostilePod(): (one: HostilePod, more?: readonly Change[]) => Json {
  const plain = injectedPod()
  const refreshing = injectedPod('--refresh', '5m')
  const reading = injectedPod('--min-kubelet', '1.35')
  return ({ changes, refresh, variable }, more = []) =>
    changed(variable ? reading : refresh ? refreshing : plain, [...changes, ...more])
}

/** @param options of `kees inject`; with a kubelet, the value is a variable. */
export function injectedPod(...options: readonly string[]): Json {
  const delivery = options.includes('--min-kubelet') ? ',env=DB' : ''
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'app',
      annotations: { 'secret.bsycorp.com/db': `kind=REFERENCE,type=PASSWORD${delivery}` },
    },
    spec: { containers: [{ name: 'app', image: 'example/app:1' }] },
  }
  const args = ['inject', '-f', '-', '--image', 'example/init:1', ...options]
  const { status, stdout, stderr } = run('kees', args, { input: JSON.stringify(pod) })
  if (status !== 0) throw new Error(stderr)
  return parse(stdout)
}

/** @param path the keys, `-` for one more item. A value of undefined removes an item. */
export function changed(object: Json, changes: readonly Change[]): Json {
  const copy = structuredClone(object)
  for (const [path, value] of changes) {
    const keys = path.split('.')
    const last = keys.pop() ?? ''
    let at: unknown = copy
    for (const key of keys) {
      if (typeof at !== 'object' || at === null) throw new Error(`no ${path}`)
      const next: unknown = Reflect.get(at, key) ?? {}
      Reflect.set(at, key, next)
      at = next
    }
    if (Array.isArray(at) && value === undefined) at.splice(Number(last), 1)
    else if (Array.isArray(at) && last === '-') at.push(value)
    else if (typeof at === 'object' && at !== null) Reflect.set(at, last, value)
  }
  return copy
}
