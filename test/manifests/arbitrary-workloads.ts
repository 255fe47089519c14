/** For property tests: the annotated workloads of a cluster, with the roles as which they run and what each may read. */
import * as fc from 'fast-check'
import { stringify } from 'yaml'
import { defaultAnnotationDomain } from '../../api/declaration/annotation-domain.ts'
import { baseName, declaration, storagePrefix } from '../../api/declaration/arbitrary-declaration.ts'
import type { StoredDeclaration } from '../../api/declaration/declaration.ts'
import { type Annotation, formatPodAnnotations } from '../../api/pod/pod-annotations.ts'

export const account = '111122223333'

export type ArbitraryPod = {
  /** The readers, as the module names them: the roles of the pod, or the workload where there is none. */
  readonly readers: readonly string[]
  readonly annotations: readonly Annotation[]
  /** What it reads by the contract, computed again from its one sentence and not by the programs' code. */
  readonly parameters: readonly string[]
  /** Likewise, of Secrets Manager. */
  readonly secrets: readonly string[]
}

export type ArbitraryCluster = {
  readonly manifest: string
  readonly pods: readonly ArbitraryPod[]
  /** The customer managed keys, by the prefix of the parameters that they encrypt. */
  readonly kmsKeys: ReadonlyMap<string, string>
  /** And those of secrets, by their names. */
  readonly secretKeys: ReadonlyMap<string, string>
  /** For `kees export`: everything that is not in the manifest. */
  readonly flags: readonly string[]
}

/** No two are one name for IAM; some are words that JavaScript and HCL know. */
const names = [
  ...'app app-2 cluster-app-role constructor __proto__ null for each a=b,c.d@e+f _'.split(' '),
  'x'.repeat(64),
]
const arns = ['app', 'team/b/app', 'irsa', '__proto__'].map((name) => `arn:aws:iam::${account}:role/${name}`)
const role = fc.constantFrom(...names, ...arns.slice(0, 2))

const prefixes = ['', '/prod', '/prod/app', '/prod/app2', '/Prod', '/prod.app']
const prefix = fc.oneof(fc.constantFrom(...prefixes), storagePrefix)
/** Near each other, and near the names of parameters. */
export const secretNames = [
  'rds!db',
  'rds!db-abcdef',
  'prod/app',
  '/prod/app',
  'a@b+c=d',
  'db.password',
] as const
const inSecretsManager = fc
  .record({ name: baseName, storageKey: fc.constantFrom(...secretNames) })
  .map((one): StoredDeclaration => ({ what: 'resource', from: 'secretsmanager', ...one }))
const anywhere = fc.oneof({ arbitrary: declaration, weight: 4 }, { arbitrary: inSecretsManager, weight: 1 })
const declared = fc.uniqueArray(anywhere, { selector: ({ name }) => name, minLength: 1, maxLength: 6 })
const kind = fc.constantFrom('Pod', 'Deployment', 'CronJob')
const namespaces = ['prod', 'staging']
const serviceAccounts = ['default', 'sa-1', 'sa-2']

const workload = fc.record({
  kind,
  namespace: fc.constantFrom(...namespaces),
  serviceAccount: fc.constantFrom(...serviceAccounts),
  role: fc.option(role, { nil: undefined, freq: 5 }),
  prefix,
  declared,
})

const accounts = namespaces.flatMap((namespace) =>
  serviceAccounts.map((serviceAccount) => ({ namespace, serviceAccount })),
)

/** Of each account, by its place in `accounts`: the role that something gives it, mostly none. */
const given = (roles: fc.Arbitrary<string>) =>
  fc.array(fc.option(roles, { nil: undefined, freq: 1 }), {
    minLength: accounts.length,
    maxLength: accounts.length,
  })

const keys = fc
  .uniqueArray(fc.constantFrom('/', '/prod', '/prod/app', '/prod/app/b'), { maxLength: 3 })
  .map((some) => new Map(some.map((one, index) => [one, kmsKey(index % 2)])))

const secretKeys = fc
  .uniqueArray(fc.constantFrom(...secretNames), { maxLength: 2 })
  .map((some) => new Map(some.map((one, index) => [one, kmsKey(index)])))

function kmsKey(index: number): string {
  return `arn:aws:kms:eu-west-1:${account}:key/${String(index).repeat(8)}-12ab-34cd-56ef-1234567890ab`
}

/** @param workloads how many there are at most. */
export function arbitraryCluster(workloads: number): fc.Arbitrary<ArbitraryCluster> {
  const all = fc.array(workload, { minLength: 1, maxLength: workloads })
  return fc
    .record({
      all,
      byMap: given(role),
      byAccount: given(fc.constantFrom(...arns)),
      kmsKeys: keys,
      secretKeys,
    })
    .map((cluster) => makeCluster(cluster))
}

type Workload = typeof workload extends fc.Arbitrary<infer T> ? T : never
type Given = readonly (string | undefined)[]

function makeCluster(cluster: {
  readonly all: readonly Workload[]
  readonly byMap: Given
  readonly byAccount: Given
  readonly kmsKeys: ReadonlyMap<string, string>
  readonly secretKeys: ReadonlyMap<string, string>
}): ArbitraryCluster {
  const { all, byMap, byAccount, kmsKeys, secretKeys: ofSecrets } = cluster
  const made = all.map((one, index) => {
    const at = accounts.findIndex(
      ({ namespace, serviceAccount }) => namespace === one.namespace && serviceAccount === one.serviceAccount,
    )
    return make(one, `w-${index}`, [byMap[at], byAccount[at], one.role])
  })
  const objects = accounts.flatMap(({ namespace, serviceAccount }, index) => {
    const arn = byAccount[index]
    if (arn === undefined) return []
    const annotations = { 'eks.amazonaws.com/role-arn': arn }
    const metadata = { name: serviceAccount, namespace, annotations }
    return [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata }]
  })
  const roles = accounts.flatMap((one, index) =>
    byMap[index] === undefined ? [] : [{ ...one, role: byMap[index] }],
  )
  const kms = [
    ...[...kmsKeys].map(([before, arn]) => ({ prefix: before, arn })),
    ...[...ofSecrets].map(([secret, arn]) => ({ secret, arn })),
  ]
  return {
    manifest: [...objects, ...made.map(({ object }) => object)].map((one) => stringify(one)).join('---\n'),
    pods: made.map(({ pod }) => pod),
    kmsKeys,
    secretKeys: ofSecrets,
    flags: [`--roles=${JSON.stringify(roles)}`, `--kms-keys=${JSON.stringify(kms)}`],
  }
}

/** The key that encrypts a parameter: the one of the longest prefix, by whole segments. */
export function keyOf(name: string, kmsKeys: ReadonlyMap<string, string>): string | undefined {
  const segments = name.split('/')
  const above = segments.map((_, index) => segments.slice(0, segments.length - index).join('/'))
  return above.map((one) => kmsKeys.get(one === '' ? '/' : one)).find((arn) => arn !== undefined)
}

function make(one: Workload, name: string, roles: Given) {
  const annotations: Annotation[] = [
    ...formatPodAnnotations(one.declared, one.prefix, {}, defaultAnnotationDomain),
    ...(one.role === undefined ? [] : [['iam.amazonaws.com/role', one.role] as const]),
  ]
  const workloadName = `${one.kind}/${one.namespace}/${name}`
  const isSecret = (each: StoredDeclaration) => each.what === 'resource' && each.from === 'secretsmanager'
  const [secrets, others] = [one.declared.filter(isSecret), one.declared.filter((each) => !isSecret(each))]
  const parameters = [...new Set(others.map((each) => `${one.prefix}/${each.storageKey ?? each.name}`))]
  const metadata = { name, namespace: one.namespace }
  const readers = readersOf(roles)
  return {
    object: objectOf(one, metadata, annotations),
    pod: {
      readers: readers.length > 0 ? readers : [workloadName],
      annotations,
      parameters,
      secrets: [...new Set(secrets.map(({ storageKey = '' }) => storageKey))],
    },
  }
}

/** A role is identified by its ARN, or by its bare name if there is no ARN. */
function readersOf(roles: Given): string[] {
  const some = new Set(roles.filter((one) => one !== undefined))
  return [...some].filter(
    (one) => one.startsWith('arn:') || ![...some].some((arn) => arn.endsWith(`/${one}`)),
  )
}

function objectOf(one: Workload, metadata: object, annotations: readonly Annotation[]): object {
  const own = { annotations: Object.fromEntries(annotations) }
  const spec = {
    ...(one.serviceAccount === 'default' ? {} : { serviceAccountName: one.serviceAccount }),
    containers: [{ name: 'app', image: 'example/app:1' }],
  }
  const template = { metadata: own, spec }
  if (one.kind === 'Pod') return { apiVersion: 'v1', kind: one.kind, metadata: { ...metadata, ...own }, spec }
  if (one.kind === 'Deployment')
    return { apiVersion: 'apps/v1', kind: one.kind, metadata, spec: { template } }
  return { apiVersion: 'batch/v1', kind: one.kind, metadata, spec: { jobTemplate: { spec: { template } } } }
}
