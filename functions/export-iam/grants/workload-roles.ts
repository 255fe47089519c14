/**
 * The roles that a workload's pods may run as, in the order that wins at run time: Pod Identity, then the ServiceAccount's
 * web identity (IRSA), then the pod's annotation for kube2iam or kiam.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
import { exitCode } from '../../../api/exit-code.ts'
import { about, type Diagnostic, quote } from '../../../api/diagnostic.ts'
import { type Result, nameOf, type ObjectReference } from '../../krm/result.ts'
import { type IamRole, parseIamRole, roleAnnotation } from '../options/iam-role.ts'
import type { OptionNaming } from '../../krm/options/options.ts'
import type { AccountRole } from '../options/roles-option.ts'
import { accountRoleAnnotation } from './role-annotations.ts'
import { accountFinder, type AccountUse, type ServiceAccount } from './service-accounts.ts'

export type RoleSources = {
  /** The option of that name. */
  readonly roles: readonly AccountRole[]
  readonly serviceAccounts: readonly ServiceAccount[]
  /** Of objects that name none; empty: not known. */
  readonly namespace: string
  readonly nameOption: OptionNaming
}

/** The roles that a workload itself names. */
export type RoleClaims = {
  readonly object: ObjectReference
  readonly account: AccountUse
  /** The text of the pod template's annotation. */
  readonly annotated: string | undefined
}

export type WorkloadRoles = {
  /** The ServiceAccount, `namespace/name`; absent where its namespace is not known. */
  readonly account?: string
  readonly roles: readonly IamRole[]
  readonly results: readonly Result[]
}

/** What it looks for is sorted once, for all workloads of an input. */
export function roleFinder(sources: RoleSources): (claims: RoleClaims) => WorkloadRoles {
  const namespace = sources.namespace === '' ? undefined : sources.namespace
  const accountsOf = accountFinder(sources.serviceAccounts, namespace)
  const othersOf = ({ name, namespace: own }: AccountUse) =>
    sources.serviceAccounts
      .filter(({ object, role }) => object.name === name && role !== undefined)
      .map(({ object }) => object)
      .filter((object) => ((object.namespace ?? namespace) === undefined) !== (own === undefined))
  // Each account is listed once.
  const byAccount = new Map(sources.roles.map((one) => [`${one.namespace}/${one.serviceAccount}`, one]))
  return (claims) =>
    workloadRoles(claims, { namespace, accountsOf, othersOf, byAccount, nameOption: sources.nameOption })
}

type Known = Pick<RoleSources, 'nameOption'> & {
  readonly namespace: string | undefined
  readonly accountsOf: ReturnType<typeof accountFinder>
  /** The accounts with a role that have the name, where either they have a namespace or the pod has one, but not both. */
  readonly othersOf: (use: AccountUse) => readonly ObjectReference[]
  readonly byAccount: ReadonlyMap<string, AccountRole>
}

function workloadRoles({ object, account, annotated }: RoleClaims, known: Known): WorkloadRoles {
  const results: Result[] = []
  const report = (severity: Result['severity'], ...diagnostics: readonly Diagnostic[]) =>
    results.push(...diagnostics.map((one): Result => ({ severity, ...one, object, exit: exitCode.input })))
  const use = { ...account, namespace: account.namespace ?? known.namespace }
  const found: Found[] = []
  const add = (text: string, source: string, form: 'any' | 'ARN') => {
    const { value: role, diagnostics } = parseIamRole(text)
    if (diagnostics !== undefined) report('error', ...about(`${source}: ${quote(text)}`, diagnostics))
    else if (form === 'ARN' && role.arn === undefined) {
      report('error', { message: `${source}: ${quote(text)} is not an ARN, and IRSA takes nothing else` })
    } else found.push({ role, source })
  }

  const { value: accounts, diagnostics = [] } = known.accountsOf(use)
  report('error', ...diagnostics)
  if (accounts?.length === 0) {
    for (const other of known.othersOf(use)) {
      const [named, without] = use.namespace === undefined ? [other, object] : [object, other]
      const message = `runs as ServiceAccount ${use.name}, but ${nameOf(named)} has a namespace and ${nameOf(without)} has none: the role of ${nameOf(other)} is not used`
      report('warning', { message, hint: `set metadata.namespace, or ${known.nameOption('namespace')}` })
    }
  }
  // Renamed by kustomize, or not in the input.
  const name = accounts?.[0]?.object.name ?? use.name
  if (known.byAccount.size > 0 && use.namespace === undefined) {
    const message = `has no namespace, so no entry of ${known.nameOption('roles')} is for it`
    report('warning', { message, hint: `set ${known.nameOption('namespace')}` })
  }
  const key = use.namespace === undefined ? undefined : `${use.namespace}/${name}`
  const mapped = key === undefined ? undefined : known.byAccount.get(key)
  if (mapped)
    add(mapped.role, `${known.nameOption('roles')} for ${mapped.namespace}/${mapped.serviceAccount}`, 'any')
  for (const one of accounts ?? []) {
    if (one.role !== undefined)
      add(one.role, `${nameOf(one.object)} annotation ${accountRoleAnnotation}`, 'ARN')
  }
  if (annotated !== undefined) add(annotated, `annotation ${roleAnnotation}`, 'any')

  const different = found.filter(
    ({ role }, at) => !found.some((one, other) => covers(one.role, role, other < at)),
  )
  if (different.length > 1) {
    const named = different.map(({ role, source }) => `${role.arn ?? role.name} (${source})`).join(', ')
    const message = `is given several roles: ${named}; at run time the first one is used; the policy is attached to each`
    report('warning', { message })
  }
  return {
    roles: different.map(({ role }) => role),
    results,
    ...(key === undefined ? {} : { account: key }),
  }
}

type Found = { readonly role: IamRole; readonly source: string }

/** Whether `one` is as specific as `other`, or more: an ARN is more specific than the name of the same role. */
function covers(one: IamRole, other: IamRole, isEarlier: boolean): boolean {
  if (one.name !== other.name) return false
  if (one.arn === other.arn) return isEarlier
  return other.arn === undefined
}
