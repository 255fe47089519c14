/**
 * The endpoints of AWS's services. https://docs.aws.amazon.com/general/latest/gr/rande.html, and for the partitions
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html
 */
import { domainsOfRegion, partitionOfRegion } from '../../api/aws-partitions.ts'
import type { Env } from '../../api/settings/env.ts'
import type { AwsService } from './aws-call.ts'

/**
 * The endpoint of a service; environment variables override it. AWS_ENDPOINT_URL is not one for STS: init sends the token of
 * the pod's ServiceAccount there.
 */
export function awsEndpoint(service: AwsService | 'sts', region: string, env: Env): string {
  const given = env[endpointVariables[service]] || (service === 'sts' ? undefined : env['AWS_ENDPOINT_URL'])
  if (given) return given
  const isDual = env['AWS_USE_DUALSTACK_ENDPOINT'] === 'true'
  const { dnsSuffix, dualStackSuffix } = domainsOfRegion(region)
  const wantsFips = env['AWS_USE_FIPS_ENDPOINT'] === 'true'
  if (service === 'secretsmanager') {
    const suffix = isDual && !isDualAnyway(region, wantsFips) ? dualStackSuffix : dnsSuffix
    return `https://${service}${wantsFips ? '-fips' : ''}.${region}.${suffix}`
  }
  // In GovCloud regions the standard endpoints are FIPS endpoints already.
  const isFips = wantsFips && (isDual || !region.startsWith('us-gov-'))
  return `https://${service}${isFips ? '-fips' : ''}.${region}.${isDual ? dualStackSuffix : dnsSuffix}`
}

const endpointVariables = {
  ssm: 'AWS_ENDPOINT_URL_SSM',
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  sts: 'AWS_ENDPOINT_URL_STS',
} as const

/** The partitions in which the standard endpoints of Secrets Manager have IPv6 addresses too, as the SDK lists them. */
function isDualAnyway(region: string, isFips: boolean): boolean {
  const partition = partitionOfRegion(region)
  return partition === 'aws' || partition === 'aws-us-gov' || (partition === 'aws-cn' && !isFips)
}

/** IAM is one service for a whole partition, in one of its regions: https://docs.aws.amazon.com/general/latest/gr/iam-service.html */
const iamRegions: ReadonlyMap<string, string> = new Map([
  ['aws', 'us-east-1'],
  ['aws-cn', 'cn-north-1'],
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-eusc', 'eusc-de-east-1'],
  ['aws-iso', 'us-iso-east-1'],
  ['aws-iso-b', 'us-isob-east-1'],
  ['aws-iso-e', 'eu-isoe-west-1'],
  ['aws-iso-f', 'us-isof-south-1'],
])

/** @param region of the caller. @returns the endpoint, and the region that signatures are for. */
export function iamEndpoint(region: string): { readonly endpoint: string; readonly region: string } {
  const partition = partitionOfRegion(region)
  const home = iamRegions.get(partition) ?? region
  const { dnsSuffix } = domainsOfRegion(region)
  const host =
    partition === 'aws'
      ? `iam.${dnsSuffix}`
      : partition === 'aws-us-gov'
        ? `iam.us-gov.${dnsSuffix}`
        : `iam.${home}.${dnsSuffix}`
  return { endpoint: `https://${host}`, region: home }
}
