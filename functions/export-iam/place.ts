/** Where the parameters of an export are: known from the options and from the ARNs of the roles. */
import type { Checked } from '../../api/checked.ts'
import type { ExportConfig } from './config.ts'
import type { Grant } from './grant.ts'
import type { Place } from './policy.ts'

/** @param grants of one account. */
export function placeOf(
  {
    region,
    partition,
    account,
    nameOption,
  }: Pick<ExportConfig, 'region' | 'partition' | 'account' | 'nameOption'>,
  grants: readonly Grant[],
): Checked<Place> {
  const [arn] = grants.flatMap(({ role }) => (role?.arn === undefined ? [] : [role]))
  const place = {
    region,
    partition: partition === '' ? (arn?.partition ?? 'aws') : partition,
    account: account === '' ? (arn?.account ?? '') : account,
  }
  const missing = (['region', 'account'] as const).filter((name) => place[name] === '')
  if (missing.length === 0) return { value: place }
  const options = missing.map((name) => nameOption(name)).join(' and ')
  return { problem: `format json needs ${options}: an IAM document names whole ARNs` }
}
