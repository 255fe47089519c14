import t from 'tap'
import { domainsOfPartition, domainsOfRegion } from './aws-partitions.ts'

const cases: readonly (readonly [region: string, partition: string, dnsSuffix: string])[] = [
  ['eu-west-1', 'aws', 'amazonaws.com'],
  ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
  ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
  ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
  ['us-iso-east-1', 'aws-iso', 'c2s.ic.gov'],
  ['us-isob-east-1', 'aws-iso-b', 'sc2s.sgov.gov'],
  ['eu-isoe-west-1', 'aws-iso-e', 'cloud.adc-e.uk'],
  ['us-isof-south-1', 'aws-iso-f', 'csp.hci.ic.gov'],
]

for (const [region, partition, dnsSuffix] of cases) {
  t.equal(domainsOfRegion(region).dnsSuffix, dnsSuffix, `the DNS suffix in ${region}`)
  t.strictSame(domainsOfPartition(partition), domainsOfRegion(region), `${region} is in ${partition}`)
}
