/**
 * The partitions of AWS whose domains differ from those of the partition `aws`.
 * https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html, and the endpoints:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html
 */
type PartitionDomains = {
  /** What the host names of services end in. */
  readonly dnsSuffix: string
  /** The same for host names that have IPv6 addresses too. */
  readonly dualStackSuffix: string
}

export const defaultDomains = {
  dnsSuffix: 'amazonaws.com',
  dualStackSuffix: 'api.aws',
} as const satisfies PartitionDomains

type Partition = PartitionDomains & {
  readonly name: string
  /** What the names of its regions begin with. */
  readonly regionPrefix: string
}

export const partitions = [
  {
    name: 'aws-cn',
    regionPrefix: 'cn-',
    dnsSuffix: 'amazonaws.com.cn',
    dualStackSuffix: 'api.amazonwebservices.com.cn',
  },
  {
    name: 'aws-eusc',
    regionPrefix: 'eusc-',
    dnsSuffix: 'amazonaws.eu',
    dualStackSuffix: 'api.amazonwebservices.eu',
  },
  { name: 'aws-iso', regionPrefix: 'us-iso-', dnsSuffix: 'c2s.ic.gov', dualStackSuffix: 'api.aws.ic.gov' },
  {
    name: 'aws-iso-b',
    regionPrefix: 'us-isob-',
    dnsSuffix: 'sc2s.sgov.gov',
    dualStackSuffix: 'api.aws.scloud',
  },
  {
    name: 'aws-iso-e',
    regionPrefix: 'eu-isoe-',
    dnsSuffix: 'cloud.adc-e.uk',
    dualStackSuffix: 'api.cloud-aws.adc-e.uk',
  },
  {
    name: 'aws-iso-f',
    regionPrefix: 'us-isof-',
    dnsSuffix: 'csp.hci.ic.gov',
    dualStackSuffix: 'api.aws.hci.ic.gov',
  },
] as const satisfies readonly Partition[]

/** As in an ARN. The partition aws-us-gov has the domains of aws. */
export function partitionOfRegion(region: string): string {
  const other = partitions.find(({ regionPrefix }) => region.startsWith(regionPrefix))?.name
  return other ?? (region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws')
}

export function domainsOfRegion(region: string): PartitionDomains {
  return partitions.find(({ regionPrefix }) => region.startsWith(regionPrefix)) ?? defaultDomains
}

/** @param partition as in an ARN. */
export function domainsOfPartition(partition: string): PartitionDomains {
  return partitions.find(({ name }) => name === partition) ?? defaultDomains
}
