/** Where the parameters of an export are: known from the options and from the ARNs of the roles. */
import type { Checked } from '../../api/checked.ts'
import type { ExportConfig } from './config.ts'
import type { Grant } from './grant.ts'
import type { Place } from './policy.ts'

type PlaceConfig = Pick<ExportConfig, 'region' | 'partition' | 'account' | 'nameOption'>

/** What is known of it; the rest is empty. @param grants of one account. */
export function knownPlace({ region, partition, account }: PlaceConfig, grants: readonly Grant[]): Place {
  const [arn] = grants.flatMap(({ role }) => (role?.arn === undefined ? [] : [role]))
  return {
    region,
    partition: partition === '' ? (arn?.partition ?? '') : partition,
    account: account === '' ? (arn?.account ?? '') : account,
  }
}

/** @param grants of one account. */
export function placeOf(config: PlaceConfig, grants: readonly Grant[]): Checked<Place> {
  const known = knownPlace(config, grants)
  const place = { ...known, partition: known.partition || 'aws' }
  const missing = (['region', 'account'] as const).filter((name) => place[name] === '')
  if (missing.length === 0) return { value: place }
  const options = missing.map((name) => config.nameOption(name)).join(' and ')
  return { problem: `format json needs ${options}: an IAM document names whole ARNs` }
}
