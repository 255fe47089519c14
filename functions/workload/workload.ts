/** What the objects of one input declare, with everything that is wrong with it: the same for every function. */
import { findConflicts } from '../../api/conflicts.ts'
import { findNameMistakes } from '../../api/format-names.ts'
import { judgeStorage, warnOfWeak } from '../../api/judge-storage.ts'
import type { Mistake } from '../../api/mistake.ts'
import { type PodAnnotations, parsePodAnnotations } from '../../api/pod-annotations.ts'
import { defaultFormat, type SecretsFormat } from '../../api/secrets-format.ts'
import { type Finding, findingOf, nameOf, type ObjectReference } from '../krm/krm-result.ts'
import { injectedFormat } from './injected-format.ts'
import type { ManifestItem } from '../krm/manifest-item.ts'
import type { Mentions } from '../krm/mentions.ts'
import { misplacedFindings } from './misplaced.ts'
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

/** Reads the items of one input, one after the other. What it keeps of them does not grow with their size. */
export type WorkloadReader = {
  /** Whether an item may have workloads to read, or findings. */
  readonly concerns: (mentions: Mentions) => boolean
  readonly read: (item: ManifestItem) => readonly Workload[]
  /** What is wrong with what was read; declarations that contradict each other across workloads too. */
  readonly findings: () => readonly Finding[]
}

/** With a misspelt domain there is no other trace of a declaration. */
const likelyOurs = /(?:secret|resource)\./g

/** @param given the format of a configuration; without it, the one that an init container in the pod has. */
export function workloadReader(config: WorkloadConfig, given?: SecretsFormat): WorkloadReader {
  const { annotationDomain: domain, podTemplates, storagePolicy, namespace, nameOption } = config
  const ours = `.${domain}/`
  const unknown = `; say it by ${nameOption('namespace')}`
  const findings: Finding[] = []
  const owners: Owner[] = []
  const declared: PodAnnotations['declared'][] = []
  const readTemplate = (item: ManifestItem, template: PodTemplate): Workload => {
    const { object } = item
    const pod = parsePodAnnotations(template.annotations, domain)
    const owner = { object, key: template.key }
    const where = object.namespace ?? (namespace === '' ? undefined : namespace)
    const judged = storagePolicy
      ? judgeStorage(storagePolicy, where, pod.declared, unknown)
      : warnOfWeak(pod.declared)
    const format = pod.settings.format ?? given ?? injectedFormat(item, template) ?? defaultFormat
    const names = findNameMistakes(pod.declared, format)
    findings.push(...findingsOf([...template.mistakes, ...pod.mistakes, ...names, ...judged], owner))
    if (pod.declared.length > 0) {
      owners.push(owner)
      declared.push(pod.declared)
    }
    const annotated = pod.annotated || template.mistakes.length > 0
    return { item, template, pod: { ...pod, annotated }, format }
  }
  return {
    concerns: (mentions) => mentions(ours) || mentions(likelyOurs),
    read: (item) => {
      const templates = podTemplatesOf(item, domain, podTemplates)
      findings.push(...misplacedFindings(item, templates, config))
      return templates.map((template) => readTemplate(item, template))
    },
    findings: () => {
      const conflicts = findConflicts(declared, (position) => {
        const owner = owners[position]
        return owner ? ownerName(owner) : ''
      })
      return [
        ...findings,
        ...conflicts.flatMap((mistakes, position) => {
          const owner = owners[position]
          return owner ? findingsOf(mistakes, owner) : []
        }),
      ]
    },
  }
}

export type Workloads = { readonly workloads: readonly Workload[]; readonly findings: readonly Finding[] }

/** All workloads of an input at once. */
export function readWorkloads(items: readonly ManifestItem[], config: WorkloadConfig): Workloads {
  const { read, findings } = workloadReader(config)
  const workloads = items.flatMap((item) => read(item))
  return { workloads, findings: findings() }
}

/** What a message calls a workload, without its source. */
type Owner = { readonly object: ObjectReference; readonly key: string }

function findingsOf(mistakes: readonly Mistake[], { object, key }: Owner): Finding[] {
  return mistakes.map((mistake) => {
    const finding = findingOf(mistake, object)
    return key === '' ? finding : { ...finding, message: `template ${key} ${finding.message}` }
  })
}

function ownerName({ object, key }: Owner): string {
  return nameOf(object) + (key === '' ? '' : ` template ${key}`)
}
