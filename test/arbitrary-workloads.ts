/** For property tests: the annotated workloads of a cluster, with the roles as which they run and what each may read. */
import * as fc from 'fast-check'
import { stringify } from 'yaml'
import { defaultAnnotationDomain } from '../api/annotation-domain.ts'
import { declaration, storagePrefix } from '../api/arbitrary-declaration.ts'
import type { Declaration } from '../api/declaration.ts'
import { type Annotation, formatPodAnnotations } from '../api/pod-annotations.ts'

export const account = '111122223333'

export type ArbitraryPod = {
  /** As the module calls who may read: the role, or the workload where there is none. */
  readonly reader: string
  readonly annotations: readonly Annotation[]
  /** What the contract says that it reads, computed anew from its one sentence and not by the programs' code. */
  readonly parameters: readonly string[]
}

export type ArbitraryCluster = { readonly manifest: string; readonly pods: readonly ArbitraryPod[] }

/** No two are one name for IAM; some are words that JavaScript and HCL know. */
const roles = [
  ...'app app-2 cluster-app-role constructor __proto__ null for each a=b,c.d@e+f _'.split(' '),
  'x'.repeat(64),
  `arn:aws:iam::${account}:role/app`,
  `arn:aws:iam::${account}:role/team/b/app`,
]

const prefix = fc.oneof(
  fc.constantFrom('', '/prod', '/prod/app', '/prod/app2', '/Prod', '/prod.app'),
  storagePrefix,
)
const declared = fc.uniqueArray(declaration, { selector: ({ name }) => name, minLength: 1, maxLength: 6 })
const kind = fc.constantFrom('Pod', 'Deployment', 'CronJob')

const workload = fc.record({
  kind,
  namespace: fc.option(fc.constantFrom('prod', 'staging'), { nil: undefined }),
  role: fc.option(fc.constantFrom(...roles), { nil: undefined, freq: 8 }),
  prefix,
  declared,
})

/** @param workloads how many there are at most. */
export function arbitraryCluster(workloads: number): fc.Arbitrary<ArbitraryCluster> {
  return fc.array(workload, { minLength: 1, maxLength: workloads }).map((all) => {
    const made = all.map((one, index) => make(one, `w-${index}`))
    return {
      manifest: made.map(({ object }) => stringify(object)).join('---\n'),
      pods: made.map(({ pod }) => pod),
    }
  })
}

type Workload = typeof workload extends fc.Arbitrary<infer T> ? T : never

function make({ kind: kindOf, namespace, role, prefix: before, declared: all }: Workload, name: string) {
  const annotations: Annotation[] = [
    ...formatPodAnnotations(all, before, {}, defaultAnnotationDomain),
    ...(role === undefined ? [] : [['iam.amazonaws.com/role', role] as const]),
  ]
  const reader = role ?? [kindOf, ...(namespace === undefined ? [] : [namespace]), name].join('/')
  const parameters = [...new Set(all.map((one) => `${before}/${keyOf(one)}`))]
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) }
  return { object: objectOf(kindOf, metadata, annotations), pod: { reader, annotations, parameters } }
}

function keyOf(one: Declaration): string {
  return one.storageKey ?? one.name
}

function objectOf(kindOf: string, metadata: object, annotations: readonly Annotation[]): object {
  const own = { annotations: Object.fromEntries(annotations) }
  const spec = { containers: [{ name: 'app', image: 'example/app:1' }] }
  const template = { metadata: own, spec }
  if (kindOf === 'Pod') return { apiVersion: 'v1', kind: kindOf, metadata: { ...metadata, ...own }, spec }
  if (kindOf === 'Deployment') return { apiVersion: 'apps/v1', kind: kindOf, metadata, spec: { template } }
  return { apiVersion: 'batch/v1', kind: kindOf, metadata, spec: { jobTemplate: { spec: { template } } } }
}
