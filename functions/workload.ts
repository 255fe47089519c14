/** What the objects of one input declare, with everything that is wrong with it: the same for every function. */
import { findConflicts } from '../api/conflicts.ts'
import { exitCode } from '../api/exit-code.ts'
import { type PodAnnotations, parsePodAnnotations } from '../api/pod-annotations.ts'
import { type Finding, findingOf, nameOf } from './krm-result.ts'
import { annotationsOf, type ManifestItem } from './manifest-item.ts'
import { type PodTemplate, podTemplateOf } from './pod-template.ts'

export type Workload = {
  readonly item: ManifestItem
  readonly template: PodTemplate
  readonly pod: PodAnnotations
}

export type Workloads = { readonly workloads: readonly Workload[]; readonly findings: readonly Finding[] }

/** @param items of one input: declarations that contradict each other across workloads are found too. */
export function readWorkloads(items: readonly ManifestItem[], domain: string): Workloads {
  const findings: Finding[] = []
  const workloads: Workload[] = []
  for (const item of items) {
    const template = podTemplateOf(item, domain)
    if (template && template.path.length > 0) findings.push(...misplaced(item, domain))
    if (!template) continue
    const pod = parsePodAnnotations(template.annotations, domain)
    for (const mistake of [...template.mistakes, ...pod.mistakes])
      findings.push(findingOf(mistake, item.object))
    const annotated = pod.annotated || template.mistakes.length > 0
    workloads.push({ item, template, pod: { ...pod, annotated } })
  }
  const objects = workloads.map(({ item }) => nameOf(item.object))
  const conflicts = findConflicts(
    workloads.map(({ pod }) => pod.declared),
    (position) => objects[position] ?? '',
  )
  conflicts.forEach((mistakes, position) => {
    const workload = workloads[position]
    if (workload) findings.push(...mistakes.map((mistake) => findingOf(mistake, workload.item.object)))
  })
  return { workloads, findings }
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
