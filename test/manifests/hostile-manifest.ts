/** For tests: text that wants to be more than text, at every place from which text may come to export-iam. */
import { defaultAnnotationDomain as domain } from '../../api/declaration/annotation-domain.ts'
import type { Annotation } from '../../api/pod/pod-annotations.ts'
import { account } from './arbitrary-workloads.ts'

export const hostileTexts: readonly string[] = [
  // Terraform
  '${var.aws_region}',
  '$${x}',
  '${',
  '%{ for x in [1] }a%{ endfor }',
  '%{',
  '"',
  '\\"',
  '\\',
  '"]\n}\n',
  '<<EOT',
  '#',
  '//',
  'a", "*',
  'a"]\n      part2 = ["*',
  'x" = {}\n    "y',
  '/db.password",\n        "/*',
  // IAM
  '*',
  '?',
  '/*',
  '/**',
  'a*',
  'db.passwor?',
  '${aws:username}',
  '${*}',
  'prod/*',
  '..',
  'a/../b',
  '//',
  '/',
  'a//b',
  'arn:aws:ssm:eu-west-1:111122223333:parameter/*',
  'arn:aws:iam::aws:policy/AdministratorAccess',
  `arn:aws:iam::${account}:role/*`,
  `arn:aws:iam::${account}:role/a/../b`,
  `arn:aws:iam::${account}:root`,
  `arn:aws:iam::${account}:user/app`,
  `arn:aws:sts::${account}:assumed-role/app/session`,
  `arn:aws:iam::${account}:role/app*`,
  `arn:aws:iam::*:role/app`,
  `arn:*:iam::${account}:role/app`,
  `arn:aws:iam::${account}:role/app\n`,
  `arn:aws:iam::${account}:role/`,
  `ARN:aws:iam::${account}:role/app`,
  `arn:aws:kms:eu-west-1:${account}:key/*`,
  `arn:aws:kms:eu-west-1:${account}:alias/app`,
  // JavaScript
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'length',
  'null',
  'undefined',
  'true',
  '0',
  'NaN',
  // Characters
  '',
  ' ',
  ' app',
  'app ',
  '\n',
  '\r\n',
  '\t',
  '\0',
  '\x1b[31m',
  '\u2028',
  '\u202e',
  '\u200b',
  '\ufeff',
  '\ud800',
  'é',
  'ａpp',
  'аpp',
  '＊',
  '∗',
  '⁄',
  '\u{e0041}',
  '`',
  '|',
  '<script>',
  '$(id)',
  '../../etc/passwd',
  "'",
  '{{.Values}}',
  'error: nothing is wrong',
  'x\nerror: Deployment/app is fine',
  'x'.repeat(3000),
  'a/'.repeat(20),
]

/** Where text comes from; what is not set is harmless. */
export type Texts = {
  readonly name?: string
  readonly storageKey?: string
  readonly prefix?: string
  readonly role?: string
  readonly accountRole?: string
  readonly accountName?: string
  readonly workload?: string
  readonly namespace?: string
  readonly kind?: string
  readonly mapRole?: string
  readonly mapNamespace?: string
  readonly mapAccount?: string
  readonly kmsPrefix?: string
  readonly kmsArn?: string
  readonly account?: string
  readonly defaultNamespace?: string
}

export const places = [
  ...([
    'name',
    'storageKey',
    'prefix',
    'role',
    'accountRole',
    'accountName',
    'workload',
    'namespace',
    'kind',
  ] as const),
  ...([
    'mapRole',
    'mapNamespace',
    'mapAccount',
    'kmsPrefix',
    'kmsArn',
    'account',
    'defaultNamespace',
  ] as const),
]

export type HostileInput = {
  /** JSON, in which every text is itself. */
  readonly manifest: string
  readonly flags: readonly string[]
  readonly annotations: readonly Annotation[]
  /** What the keys of grants may be. */
  readonly readers: readonly string[]
}

export function hostileInput(texts: Texts): HostileInput {
  const { name = 'db.password', prefix = '/prod', kind = 'Deployment', workload = 'app' } = texts
  const namespace = texts.namespace ?? 'prod'
  const value = texts.storageKey === undefined ? '' : `,storageKey=${texts.storageKey}`
  const annotations: Annotation[] = [
    [`secret.${domain}/${name}`, `kind=REFERENCE,type=PASSWORD${value}`],
    [`secret.${domain}/api.token`, 'kind=REFERENCE,type=PASSWORD'],
    [`init.${domain}/storage-prefix`, prefix],
    ...(texts.role === undefined ? [] : [['iam.amazonaws.com/role', texts.role] as const]),
  ]
  const serviceAccountName = texts.accountName ?? 'app'
  const template = {
    metadata: { annotations: Object.fromEntries(annotations) },
    spec: { serviceAccountName, containers: [{ name: 'app' }] },
  }
  const objects = [
    {
      apiVersion: kind === 'Deployment' ? 'apps/v1' : 'example.com/v1',
      kind,
      metadata: { name: workload, namespace },
      spec: { template },
    },
    ...(texts.accountRole === undefined
      ? []
      : [
          {
            apiVersion: 'v1',
            kind: 'ServiceAccount',
            metadata: {
              name: serviceAccountName,
              namespace,
              annotations: { 'eks.amazonaws.com/role-arn': texts.accountRole },
            },
          },
        ]),
  ]
  const map = {
    namespace: texts.mapNamespace ?? namespace,
    serviceAccount: texts.mapAccount ?? serviceAccountName,
  }
  const kms = {
    prefix: texts.kmsPrefix ?? '/prod',
    arn: texts.kmsArn ?? `arn:aws:kms:eu-west-1:${account}:key/aaaa1111-12ab-34cd-56ef-1234567890ab`,
  }
  const hasMap = [texts.mapRole, texts.mapNamespace, texts.mapAccount].some((one) => one !== undefined)
  const hasKey = [texts.kmsPrefix, texts.kmsArn].some((one) => one !== undefined)
  return {
    manifest: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
    annotations,
    flags: [
      ...(hasMap ? [`--roles=${JSON.stringify([{ ...map, role: texts.mapRole ?? 'mapped' }])}`] : []),
      ...(hasKey ? [`--kms-keys=${JSON.stringify([kms])}`] : []),
      ...(texts.account === undefined ? [] : [`--account=${texts.account}`]),
      ...(texts.defaultNamespace === undefined ? [] : [`--namespace=${texts.defaultNamespace}`]),
      ...(kind === 'Deployment'
        ? []
        : [
            `--pod-templates=${JSON.stringify([{ apiVersion: 'example.com/v1', kind, path: 'spec.template' }])}`,
          ]),
    ],
    readers: [
      `${kind}/${namespace}/${workload}`,
      ...[texts.role, texts.accountRole, texts.mapRole, 'mapped'].filter((one) => one !== undefined),
    ],
  }
}
