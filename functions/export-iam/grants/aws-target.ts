/** Where the parameters of an export are: known from the options and from the ARNs of the roles. */
import { partitionOfRegion } from '../../../api/aws-partitions.ts'
import { invalid, type Parsed } from '../../../api/parsed.ts'
import type { ExportConfig } from '../options/config.ts'
import type { Grant } from './grant.ts'
import type { AwsTarget } from './policy.ts'

type AwsTargetConfig = Pick<ExportConfig, 'region' | 'partition' | 'account' | 'nameOption'>

/** What is known of it; the rest is empty. @param grants of one account. */
export function knownTarget(
  { region, partition, account }: AwsTargetConfig,
  grants: readonly Grant[],
): AwsTarget {
  const [arn] = grants.flatMap(({ role }) => (role?.arn === undefined ? [] : [role]))
  return {
    region,
    partition: partition === '' ? (arn?.partition ?? '') : partition,
    account: account === '' ? (arn?.account ?? '') : account,
  }
}

/** @param grants of one account. */
export function awsTargetOf(config: AwsTargetConfig, grants: readonly Grant[]): Parsed<AwsTarget> {
  const known = knownTarget(config, grants)
  const ofRegion = partitionOfRegion(known.region)
  const target = { ...known, partition: known.partition || ofRegion }
  const missing = (['region', 'account'] as const).filter((name) => target[name] === '')
  if (target.region !== '' && target.partition !== ofRegion) {
    const message = `region ${target.region} is in partition ${ofRegion}, but the ${config.partition === '' ? 'roles are' : `value of ${config.nameOption('partition')} is`} in ${target.partition}`
    return invalid(message, `correct ${config.nameOption('region')}`)
  }
  if (missing.length === 0) return { value: target }
  const options = missing.map((name) => config.nameOption(name)).join(' and ')
  return invalid(`format json needs ${options}: an IAM document names whole ARNs`)
}
