/** What the objects of one input declare, with everything that is wrong with it: the same for every function. */
import { findConflicts } from '../../api/pod/conflicts.ts'
import { findDeliveryDiagnostics } from '../../api/delivery/delivery-diagnostics.ts'
import { judgePod } from '../../api/storage/judge-pod.ts'
import { warnOfWeak } from '../../api/storage/judge-storage.ts'
import { overlappingPrefixes } from '../../api/storage/overlapping-prefixes.ts'
import { about } from '../../api/diagnostic.ts'
import { exitCode } from '../../api/exit-code.ts'
import type { StoragePolicy } from '../../api/storage/storage-policy.ts'
import type { OptionNaming } from '../krm/options/options.ts'
import { type PodAnnotations, parsePodAnnotations } from '../../api/pod/pod-annotations.ts'
import { defaultFormat, type SecretsFormat } from '../../api/secrets-format.ts'
import { type Result, nameOf, type ObjectReference } from '../krm/result.ts'
import type { Path } from '../yaml/edit-target.ts'
import { annotationResults } from './annotation-results.ts'
import { injectedFormat } from './injected-format.ts'
import type { ManifestItem } from '../krm/manifest-item.ts'
import type { Prefilter } from '../krm/prefilter.ts'
import { type Misplaced, misplacedDeclarations } from './misplaced-declarations.ts'
import { type PodTemplate, podTemplatesOf } from './pod-template.ts'
import type { WorkloadConfig } from './workload-options.ts'

/** A pod template with what it declares. Few objects have more than one. */
export type Workload = {
  readonly item: ManifestItem
  readonly template: PodTemplate
  readonly pod: PodAnnotations
  /** In which init writes the values. */
  readonly format: SecretsFormat
}

/** Whether init reads its values from a store. */
export function readsStore({ pod }: Workload): boolean {
  return pod.localMode === undefined
}

/** Whether there are pods of kees, and no store is needed for any. */
export function areInLocalMode(workloads: readonly Workload[]): boolean {
  const annotated = workloads.filter(({ pod }) => pod.annotated)
  return annotated.length > 0 && !annotated.some(readsStore)
}

/** Reads the items of one input, one after the other. What it keeps of them does not grow with their size. */
export type WorkloadReader = {
  /** Whether an item may have workloads to read, or results. */
  readonly concerns: (contains: Prefilter) => boolean
  readonly read: (item: ManifestItem) => readonly Workload[]
  /** What is wrong with what was read; declarations that contradict each other across workloads too. */
  readonly results: () => readonly Result[]
}

/** With a misspelt domain there is no other trace of a declaration. The values of a chart may escape the dot. */
const likelyOurs = /(?:secret|resource|compose)\\*\./g

/** @param given the format of a configuration; without it, the one that an init container in the pod has. */
export function workloadReader(config: WorkloadConfig, given?: SecretsFormat): WorkloadReader {
  const { annotationDomain: domain, podTemplates, storagePolicy, namespace, nameOption } = config
  const ours = `.${domain}/`
  const unknown = `set ${nameOption('namespace')}`
  const results: Result[] = storagePolicy ? overlaps(storagePolicy, nameOption) : []
  const onMetadata: Misplaced['onMetadata'][number][] = []
  const onTemplates = new Set<string>()
  const owners: Owner[] = []
  const declared: PodAnnotations['declared'][] = []
  const readClaims = (item: ManifestItem, template: PodTemplate): Workload => {
    const { object } = item
    const pod = parsePodAnnotations(template.annotations, domain)
    const owner = { object, key: template.key, path: template.path }
    const where = object.namespace ?? (namespace === '' ? undefined : namespace)
    const judged = storagePolicy
      ? judgePod(storagePolicy, where, pod, unknown)
      : warnOfWeak(pod.localMode === undefined ? pod.declared : [])
    const format = pod.settings.format ?? given ?? injectedFormat(item, template) ?? defaultFormat
    const delivery = findDeliveryDiagnostics(pod, format)
    const wrong = [...template.diagnostics, ...pod.diagnostics, ...delivery, ...judged]
    results.push(...annotationResults(wrong, object, template))
    if (pod.declared.length > 0) {
      owners.push(owner)
      declared.push(pod.declared)
    }
    const annotated = pod.annotated || template.diagnostics.length > 0
    return { item, template, pod: { ...pod, annotated }, format }
  }
  return {
    concerns: (contains) => contains(ours) || contains(likelyOurs),
    read: (item) => {
      const templates = podTemplatesOf(item, domain, podTemplates)
      const misplaced = misplacedDeclarations(item, templates, config)
      results.push(...misplaced.results)
      onMetadata.push(...misplaced.onMetadata)
      for (const { annotations } of templates)
        for (const [key] of annotations) if (key.includes(ours)) onTemplates.add(key)
      return templates.map((template) => readClaims(item, template))
    },
    results: () => {
      const conflicts = findConflicts(declared, (position) => {
        const owner = owners[position]
        return owner ? ownerName(owner) : ''
      })
      return [
        ...results,
        ...onMetadata.flatMap(({ annotation, result }) => (onTemplates.has(annotation) ? [] : [result])),
        ...conflicts.flatMap((diagnostics, position) => {
          const owner = owners[position]
          return owner ? annotationResults(diagnostics, owner.object, owner) : []
        }),
      ]
    },
  }
}

function overlaps(policy: StoragePolicy, nameOption: OptionNaming): Result[] {
  return about(`${nameOption('storagePolicy')}:`, overlappingPrefixes(policy)).map((one) => ({
    ...one,
    severity: 'warning',
    exit: exitCode.input,
  }))
}

/** An object with its pod templates. */
export type ReadItem = { readonly item: ManifestItem; readonly workloads: readonly Workload[] }

type ReadItems = { readonly read: readonly ReadItem[]; readonly results: readonly Result[] }

/** All objects of an input at once. @param given as for workloadReader. */
export function readItems(
  items: readonly ManifestItem[],
  config: WorkloadConfig,
  given?: SecretsFormat,
): ReadItems {
  const { read, results } = workloadReader(config, given)
  const each = items.map((item) => ({ item, workloads: read(item) }))
  return { read: each, results: results() }
}

type Workloads = { readonly workloads: readonly Workload[]; readonly results: readonly Result[] }

/** All workloads of an input at once. */
export function readWorkloads(items: readonly ManifestItem[], config: WorkloadConfig): Workloads {
  const { read, results } = readItems(items, config)
  return { workloads: read.flatMap(({ workloads }) => workloads), results }
}

/** What a message calls a workload, without its source. */
type Owner = { readonly object: ObjectReference; readonly key: string; readonly path: Path }

function ownerName({ object, key }: Owner): string {
  return nameOf(object) + (key === '' ? '' : ` template ${key}`)
}
