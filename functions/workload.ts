/** What the objects of one input declare, with everything that is wrong with it: the same for every function. */
import { findConflicts } from '../api/conflicts.ts'
import { exitCode } from '../api/exit-code.ts'
import { judgeStorage } from '../api/judge-storage.ts'
import type { Mistake } from '../api/mistake.ts'
import { type PodAnnotations, parsePodAnnotations } from '../api/pod-annotations.ts'
import { type Finding, findingOf, nameOf } from './krm-result.ts'
import { annotationsOf, type ManifestItem } from './manifest-item.ts'
import { type PodTemplate, podTemplatesOf } from './pod-template.ts'
import type { WorkloadConfig } from './workload-options.ts'

/** A pod template with what it declares. Few objects have more than one. */
export type Workload = {
  readonly item: ManifestItem
  readonly template: PodTemplate
  readonly pod: PodAnnotations
}

export type Workloads = { readonly workloads: readonly Workload[]; readonly findings: readonly Finding[] }

/** @param items of one input: declarations that contradict each other across workloads are found too. */
export function readWorkloads(
  items: readonly ManifestItem[],
  { annotationDomain: domain, podTemplates, storagePolicy, namespace }: WorkloadConfig,
): Workloads {
  const findings: Finding[] = []
  const workloads: Workload[] = []
  for (const item of items) {
    const templates = podTemplatesOf(item, domain, podTemplates)
    if (templates.some(({ path }) => path.length > 0)) findings.push(...misplaced(item, domain))
    for (const template of templates) {
      const pod = parsePodAnnotations(template.annotations, domain)
      const annotated = pod.annotated || template.mistakes.length > 0
      const workload = { item, template, pod: { ...pod, annotated } }
      workloads.push(workload)
      const where = item.object.namespace ?? (namespace === '' ? undefined : namespace)
      const judged = storagePolicy ? judgeStorage(storagePolicy, where, pod.declared) : []
      findings.push(...findingsOf([...template.mistakes, ...pod.mistakes, ...judged], workload))
    }
  }
  const names = workloads.map(workloadName)
  const conflicts = findConflicts(
    workloads.map(({ pod }) => pod.declared),
    (position) => names[position] ?? '',
  )
  conflicts.forEach((mistakes, position) => {
    const workload = workloads[position]
    if (workload) findings.push(...findingsOf(mistakes, workload))
  })
  return { workloads, findings }
}

function findingsOf(mistakes: readonly Mistake[], { item, template }: Workload): Finding[] {
  return mistakes.map((mistake) => {
    const finding = findingOf(mistake, item.object)
    return template.key === ''
      ? finding
      : { ...finding, message: `template ${template.key} ${finding.message}` }
  })
}

function workloadName({ item, template }: Workload): string {
  return nameOf(item.object) + (template.key === '' ? '' : ` template ${template.key}`)
}

/** Declarations on the workload's own metadata: nobody reads them there. */
function misplaced(item: ManifestItem, domain: string): Finding[] {
  const ours = ['secret', 'resource', 'lease', 'init'].map((what) => `${what}.${domain}/`)
  return [...annotationsOf(item).keys()]
    .filter((key) => ours.some((prefix) => key.startsWith(prefix)))
    .map((key) => ({
      severity: 'warning',
      message: `annotation ${key}: stands on the ${item.object.kind} itself and has no effect; move it to the pod template`,
      object: item.object,
      exit: exitCode.input,
    }))
}
