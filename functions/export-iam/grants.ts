/** Who may read what: the parameters that workloads declare, merged by the role that the workloads run as. */
import type { Checked } from '../../api/checked.ts'
import { exitCode } from '../../api/exit-code.ts'
import { quote } from '../../api/mistake.ts'
import { type Finding, nameOf, type ObjectReference } from '../krm-result.ts'
import { type Grant, grantOf, isWorkloadKey } from './grant.ts'
import { type GrantUse, judgeGrants } from './grant-findings.ts'
import type { KmsKeys } from './kms-keys.ts'
import { type IamRole, parseIamRole, roleAnnotation } from './iam-role.ts'

/** A workload that declares parameters. */
export type Reader = {
  readonly object: ObjectReference
  /** The text of the pod template's role annotation. */
  readonly role?: string
  /** Names with their leading slash, as the annotations' reader made them. */
  readonly parameters: readonly string[]
}

export type Grants = {
  /** Sorted by key. With an error among the findings they are incomplete, to be written nowhere. */
  readonly grants: readonly Grant[]
  readonly findings: readonly Finding[]
}

export function collectGrants(readers: readonly Reader[], kmsKeys: KmsKeys = []): Grants {
  const findings: Finding[] = []
  const drafts = new Map<string, Draft>()
  for (const { object, role: text, parameters } of readers) {
    const report = (severity: Finding['severity'], message: string) =>
      findings.push({ severity, message, object, exit: exitCode.input })
    const { value: target, problem } = text === undefined ? workloadTarget(object) : roleTarget(text)
    if (problem !== undefined) report('error', problem)
    if (target === undefined || parameters.length === 0) continue
    if (target.role === undefined) {
      report('warning', `has no annotation ${roleAnnotation}: its policy is attached to no role`)
    }
    const draft = drafts.get(target.key)
    const user = draft && nameOf(draft.user) < nameOf(object) ? draft.user : object
    const all = draft?.parameters ?? new Set()
    for (const parameter of parameters) all.add(parameter)
    drafts.set(target.key, { ...target, user, parameters: all })
  }
  const uses: GrantUse[] = [...drafts.values()]
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ key, role, user, parameters }) => ({ grant: grantOf(key, role, parameters, kmsKeys), user }))
  return { grants: uses.map(({ grant }) => grant), findings: [...findings, ...judgeGrants(uses)] }
}

type Target = { readonly key: string; readonly role: IamRole | undefined }
type Draft = Target & {
  /** The first by name, so that findings do not depend on the order of the input. */
  readonly user: ObjectReference
  readonly parameters: Set<string>
}

function roleTarget(text: string): Checked<Target> {
  const { value: role, problem } = parseIamRole(text)
  if (problem !== undefined) return { problem: `annotation ${roleAnnotation}: ${quote(text)} ${problem}` }
  return { value: { key: role.arn ?? role.name, role } }
}

function workloadTarget(object: ObjectReference): Checked<Target> {
  const key = nameOf(object)
  if (isWorkloadKey(key)) return { value: { key, role: undefined } }
  const unnamed = 'and its policy cannot be named after it: it is not named as Kubernetes allows'
  return { problem: `has no annotation ${roleAnnotation}, ${unnamed}` }
}
