/** What a pod's annotations claim, and which of the claims are refused without a look into the store. */
import { findConflicts } from '../../../api/pod/conflicts.ts'
import type { DynamicSecret } from '../../../api/declaration/declaration.ts'
import { type Group, groupOf } from '../../../api/declaration/group.ts'
import { judgePod } from '../../../api/storage/judge-pod.ts'
import { type AnnotationDiagnostic, lineOf } from '../../../api/diagnostic.ts'
import {
  type Annotation,
  type Declared,
  isDynamic,
  parsePodAnnotations,
} from '../../../api/pod/pod-annotations.ts'
import { ruleFor, type StoragePolicy } from '../../../api/storage/storage-policy.ts'
import type { EventNote } from './event-reasons.ts'

export type Claim = {
  /** The first annotation that declares a part of the group. */
  readonly annotation: string
  readonly group: Group
}

export type TemplateContent = {
  readonly annotated: boolean
  /** Each group once. */
  readonly claims: readonly Claim[]
  readonly warnings: readonly EventNote[]
}

export type TemplateRules = {
  readonly annotationDomain: string
  /** Without it, everything is allowed. */
  readonly policy: StoragePolicy | undefined
}

export function readClaims(
  namespace: string,
  annotations: readonly Annotation[],
  { annotationDomain, policy }: TemplateRules,
): TemplateContent {
  const pod = parsePodAnnotations(annotations, annotationDomain)
  const { annotated, declared, diagnostics } = pod
  // In local mode the pod reads no store.
  const dynamic = pod.localMode === undefined ? declared.filter(isDynamic) : []
  const conflicts = findConflicts([declared]).flat()
  const maxPerPod = policy && ruleFor(policy, namespace)?.maxPerPod
  // All of them: which fifty of four thousand should be created is not known.
  const tooMany = maxPerPod !== undefined && dynamic.length > maxPerPod
  const refused = policy && !tooMany ? judgePod(policy, namespace, pod) : []
  const skipped = new Set(refused.map(({ annotation }) => annotation))
  // Neither of two that disagree: which one is meant is not known, and a parameter that is created is never changed.
  const disputed = parametersOf(dynamic, new Set(conflicts.map(({ annotation }) => annotation)))
  const claims = new Map<string, Claim>()
  for (const { annotation, declaration, parameter } of tooMany ? [] : dynamic) {
    const group = groupOf(declaration, parameter)
    if (skipped.has(annotation) || group.parts.some((part) => disputed.has(part.parameter))) continue
    const key = group.parts.map((part) => part.parameter).join()
    if (!claims.has(key)) claims.set(key, { annotation, group })
  }
  const excess = `the pod has ${dynamic.length} DYNAMIC declarations, the StoragePolicy allows ${maxPerPod}: none is created`
  const warnings = [
    ...notes('InvalidAnnotation', [...diagnostics, ...conflicts]),
    ...(tooMany ? [{ reason: 'RefusedByPolicy', message: excess } as const] : []),
    ...notes('RefusedByPolicy', refused),
  ]
  return { annotated, claims: [...claims.values()], warnings }
}

/** The parameters that the declarations of some annotations create. */
function parametersOf(
  dynamic: readonly Declared<DynamicSecret>[],
  annotations: ReadonlySet<string>,
): ReadonlySet<string> {
  const some = dynamic.filter(({ annotation }) => annotations.has(annotation))
  return new Set(
    some.flatMap(({ declaration, parameter }) =>
      groupOf(declaration, parameter).parts.map((part) => part.parameter),
    ),
  )
}

/**
 * What the names of a group's parameters begin with. Groups with a parameter in common have the same base name, so the groups of
 * one base name are reconciled together, by one worker.
 */
export function baseNameOf({ parts }: Group): string {
  const [first] = parts
  return first === undefined ? '' : first.parameter.replace(/_(private|public|consumer|provider)$/, '')
}

/** An Event takes 1,024 bytes; one pod may have thousands of wrong declarations. */
const longestMessage = 1000

function notes(reason: EventNote['reason'], diagnostics: readonly AnnotationDiagnostic[]): EventNote[] {
  const lines = diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ annotation, ...diagnostic }) => `annotation ${annotation}: ${lineOf(diagnostic)}`)
  return lines.length === 0 ? [] : [{ reason, message: joinShortened(lines) }]
}

/** As many whole lines as an Event takes, and how many more there are. */
export function joinShortened(lines: readonly string[]): string {
  let message = ''
  for (const [index, line] of lines.entries()) {
    const longer = index === 0 ? line : `${message}; ${line}`
    const left = lines.length - index
    if (Buffer.byteLength(longer) > longestMessage - 20) {
      return index === 0 ? `${line.slice(0, longestMessage / 4)}…` : `${message}; and ${left} more`
    }
    message = longer
  }
  return message
}
