/**
 * Entries of the options roles and kmsKeys that match nothing of the input and are a letter away from what does. An entry
 * that matches nothing is not an error: one file may serve the builds of several environments.
 */
import { exitCode } from '../../../api/exit-code.ts'
import { quote } from '../../../api/diagnostic.ts'
import { didYouMean, likelyMeant } from '../../../api/suggest.ts'
import type { Result } from '../../krm/result.ts'
import type { OptionNaming } from '../../krm/options/options.ts'
import type { GrantedNames } from './granted-names.ts'
import { hasPrefix, isOfPrefix, isOfSecret, type KmsKeys, secretKeyOf } from '../options/kms-keys.ts'
import type { AccountRole } from '../options/roles-option.ts'

type Entries = {
  readonly roles: readonly AccountRole[]
  readonly kmsKeys: KmsKeys
  readonly nameOption: OptionNaming
}

/** @param accounts of the workloads: `namespace/name`. @param declared what they declare. */
export function unusedEntries(
  { roles, kmsKeys, nameOption }: Entries,
  accounts: ReadonlySet<string>,
  declared: GrantedNames,
): Result[] {
  const warn = (option: string, entry: string, meant: string): Result => ({
    severity: 'warning',
    message: `${nameOption(option)} has an entry for ${quote(entry)}, which matches nothing`,
    ...didYouMean(meant),
    exit: exitCode.input,
  })
  const listed = new Set(roles.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`))
  const missed = [...accounts].filter((account) => !listed.has(account)).toSorted()
  const names = [...new Set(declared.parameters)].toSorted()
  const secrets = [...new Set(declared.secrets)].toSorted()
  return [
    ...[...listed]
      .filter((account) => !accounts.has(account))
      .flatMap((account) => {
        const meant = likelyMeant(account, missed)
        return meant === undefined ? [] : [warn('roles', account, meant)]
      }),
    ...kmsKeys
      .filter(isOfPrefix)
      .filter(({ prefix }) => !names.some((name) => hasPrefix(name, prefix)))
      .flatMap(({ prefix }) => {
        const levels = prefix.split('/').length
        const above = new Set(names.map((name) => name.split('/').slice(0, levels).join('/')))
        for (const other of kmsKeys) above.delete(other.prefix ?? '')
        const meant = likelyMeant(prefix, [...above])
        return meant === undefined ? [] : [warn('kmsKeys', prefix, meant)]
      }),
    ...kmsKeys
      .filter(isOfSecret)
      .filter(({ secret }) => !secrets.includes(secret))
      .flatMap(({ secret }) => {
        const meant = likelyMeant(
          secret,
          secrets.filter((name) => secretKeyOf(name, kmsKeys) === undefined),
        )
        return meant === undefined ? [] : [warn('kmsKeys', secret, meant)]
      }),
  ]
}
