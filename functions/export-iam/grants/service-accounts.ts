/**
 * The ServiceAccounts of an input, and which of them a pod means. Under kustomize an account may have been renamed while
 * `serviceAccountName` still has the former name: references are mended at the very end of a build, after all functions.
 * The former names are in internal annotations.
 * https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/utils/annotations.go
 */
import { invalid, type Parsed } from '../../../api/parsed.ts'
import { nameOf, type ObjectReference } from '../../krm/result.ts'
import { annotationOf, type ManifestItem } from '../../krm/manifest-item.ts'
import { accountRoleAnnotation } from './role-annotations.ts'

export type ServiceAccount = {
  readonly object: ObjectReference
  /** The text of its annotation for IRSA. */
  readonly role: string | undefined
  readonly formerNames: readonly string[]
  /** What kustomize has put around the name; the same for all objects of the same kustomizations. */
  readonly affixes: string
}

/** A pod's account as its template names it. */
export type AccountUse = {
  readonly namespace: string | undefined
  readonly name: string
  readonly affixes: string
}

export function serviceAccountOf(item: ManifestItem): ServiceAccount | undefined {
  const { object } = item
  if (object.apiVersion !== 'v1' || object.kind !== 'ServiceAccount') return undefined
  const formerNames = annotationOf(item, 'internal.config.kubernetes.io/previousNames')?.split(',') ?? []
  const role = annotationOf(item, accountRoleAnnotation)
  return { object, role, formerNames, affixes: affixesOf(item) }
}

export function affixesOf(item: ManifestItem): string {
  return ['prefixes', 'suffixes']
    .map((what) => annotationOf(item, `internal.config.kubernetes.io/${what}`) ?? '')
    .join('/')
}

/**
 * Finds the accounts that are meant: none that the input has; or one, more than once where two versions of it are exported
 * together. @param namespace of objects that name none.
 */
export function accountFinder(
  accounts: readonly ServiceAccount[],
  namespace: string | undefined,
): (use: AccountUse) => Parsed<readonly ServiceAccount[]> {
  // There may be as many accounts as pods that use them.
  const byName = new Map<string, ServiceAccount[]>()
  for (const account of accounts) {
    for (const name of new Set([account.object.name, ...account.formerNames])) {
      const known = byName.get(name)
      if (known) known.push(account)
      else byName.set(name, [account])
    }
  }
  return (use) => {
    const named = byName.get(use.name) ?? []
    return chooseAccounts(
      named.filter(({ object }) => (object.namespace ?? namespace) === use.namespace),
      use,
    )
  }
}

function chooseAccounts(
  known: readonly ServiceAccount[],
  use: AccountUse,
): Parsed<readonly ServiceAccount[]> {
  const isOne = (some: readonly ServiceAccount[]) => new Set(some.map(({ object }) => object.name)).size <= 1
  if (isOne(known)) return { value: known }
  // As kustomize distinguishes them.
  const alike = known.filter(({ affixes }) => affixes === use.affixes)
  if (alike.length > 0 && isOne(alike)) return { value: alike }
  const names = known.map(({ object }) => nameOf(object)).join(', ')
  return invalid(`runs as ServiceAccount ${use.name}, which may be ${names}`, 'give them different names')
}
