/** Who may read what: the parameters that workloads declare, merged by the role that the workloads run as. */
import { exitCode } from '../../../api/exit-code.ts'
import { type Result, nameOf, type ObjectReference } from '../../krm/result.ts'
import { countNames, declaredKeys, type GrantedNames } from './granted-names.ts'
import { type Grant, grantOf, isWorkloadKey } from './grant.ts'
import { type GrantUse, judgeGrants } from './judge-grants.ts'
import { type IamRole, roleAnnotation } from '../options/iam-role.ts'
import type { KmsKeys } from '../options/kms-keys.ts'
import { unusedEntries } from './unused-entries.ts'
import { type RoleClaims, roleFinder, type RoleSources, type WorkloadRoles } from './workload-roles.ts'

/** A workload that declares parameters or secrets of Secrets Manager, as the annotations' reader named them. */
export type Reader = RoleClaims & GrantedNames

export type Grants = Collected & {
  /** By the grants' keys, and then by declaredKey of each name: the workloads that declare them, sorted. */
  readonly declaredBy: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>
}

type Collected = {
  /** Sorted by key. With an error among the results they are incomplete, to be written nowhere. */
  readonly grants: readonly Grant[]
  readonly results: readonly Result[]
}

/** By the grants' keys: the workloads whose names they grant. */
type Declarers = ReadonlyMap<string, readonly Reader[]>

type GrantSources = RoleSources & {
  readonly kmsKeys: KmsKeys
  /** Roles of other accounts get nothing here; empty: there is one account, or it is an error. */
  readonly account: string
}

export function collectGrants(
  readers: readonly Reader[],
  sources: GrantSources,
): Collected & { readonly declarers: Declarers } {
  const results: Result[] = []
  const drafts = new Map<string, Draft>()
  /** Of the ARNs. */
  const allAccounts = new Set<string>()
  const rolesOf = roleFinder(sources)
  const serviceAccounts = new Set<string>()
  for (const reader of readers) {
    const found = rolesOf(reader)
    if (found.account !== undefined) serviceAccounts.add(found.account)
    const { targets, accounts, results: own } = targetsOf(reader, found, sources)
    for (const account of accounts) allAccounts.add(account)
    results.push(...own)
    for (const target of countNames(reader) > 0 ? targets : []) {
      const draft = drafts.get(target.key)
      if (draft) draft.readers.push(reader)
      else drafts.set(target.key, { ...target, readers: [reader] })
    }
  }
  const uses: GrantUse[] = [...drafts.values()]
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map((draft) => ({ grant: grantOfDraft(draft, sources.kmsKeys), user: firstByName(draft.readers) }))
  return {
    grants: uses.map(({ grant }) => grant),
    declarers: new Map([...drafts].map(([key, draft]) => [key, draft.readers])),
    results: [
      ...results,
      ...selectionResults(sources, allAccounts),
      ...unusedEntries(sources, serviceAccounts, {
        parameters: readers.flatMap(({ parameters }) => parameters),
        secrets: readers.flatMap(({ secrets }) => secrets),
      }),
      ...judgeGrants(uses, sources.nameOption),
    ],
  }
}

/** An account that no role is of is a mistyped one, and would take every right away. */
function selectionResults(
  { account: selected, nameOption }: GrantSources,
  all: ReadonlySet<string>,
): Result[] {
  if (selected === '' || all.size === 0 || all.has(selected)) return []
  const message = `${nameOption('account')} is ${selected}, but no role of the input belongs to it: the accounts are ${[...all].toSorted().join(', ')}`
  return [{ severity: 'error', message, exit: exitCode.usage }]
}

type Target = { readonly key: string; readonly role: IamRole | undefined }
type Draft = Target & { readonly readers: [Reader, ...Reader[]] }

function grantOfDraft({ key, role, readers }: Draft, kmsKeys: KmsKeys): Grant {
  const all = (names: (reader: Reader) => readonly string[]) => readers.flatMap(names)
  return grantOf(
    key,
    role,
    all((one) => one.parameters),
    kmsKeys,
    all((one) => one.secrets),
  )
}

/** So that results do not depend on the order of the input. */
function firstByName([first, ...more]: Draft['readers']): ObjectReference {
  return more.reduce((user, { object }) => (nameOf(user) < nameOf(object) ? user : object), first.object)
}

/** Is asked for by the commands that show it, not by the function. */
export function declaredBy(declarers: Declarers): Grants['declaredBy'] {
  const ofReaders = (readers: readonly Reader[]) => {
    const names = new Map<string, Set<string>>()
    for (const reader of readers)
      for (const key of declaredKeys(reader))
        names.set(key, (names.get(key) ?? new Set()).add(nameOf(reader.object)))
    return new Map([...names].map(([key, set]) => [key, [...set].toSorted()]))
  }
  return new Map([...declarers].map(([key, readers]) => [key, ofReaders(readers)]))
}

/** Whom the parameters of one workload are granted to. */
function targetsOf(
  reader: Reader,
  { roles, results }: WorkloadRoles,
  sources: GrantSources,
): {
  readonly targets: readonly Target[]
  readonly accounts: readonly string[]
  readonly results: readonly Result[]
} {
  const accounts = roles.flatMap(({ account }) => account ?? [])
  if (roles.length > 0) {
    const own = roles.filter(({ account }) => (account ?? sources.account) === sources.account)
    const selected = sources.account === '' ? roles : own
    return { targets: selected.map((role) => ({ key: role.arn ?? role.name, role })), accounts, results }
  }
  // A role that is none has been reported.
  if (results.some(({ severity }) => severity === 'error')) return { targets: [], accounts, results }
  const { object } = reader
  const resultOf = (severity: Result['severity'], message: string): Result => ({
    severity,
    message,
    object,
    exit: exitCode.input,
  })
  const key = nameOf(object)
  const none = `has no role: neither ${sources.nameOption('roles')}, nor its ServiceAccount, nor annotation ${roleAnnotation} names one`
  if (isWorkloadKey(key)) {
    const warning = resultOf('warning', `${none}; its policy is not attached to any role`)
    return {
      targets: [{ key, role: undefined }],
      accounts,
      results: countNames(reader) === 0 ? results : [...results, warning],
    }
  }
  const unnamed = 'and its policy cannot be named after it, because its name is not valid in Kubernetes'
  return { targets: [], accounts, results: [...results, resultOf('error', `${none}, ${unnamed}`)] }
}
