/**
 * The endpoints of AWS's services. https://docs.aws.amazon.com/general/latest/gr/rande.html, and for the partitions
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html
 */
import { domainsOfRegion } from '../../api/aws-partitions.ts'
import type { Env } from '../../api/env.ts'

/**
 * The endpoint of a service; environment variables override it. AWS_ENDPOINT_URL is not one for STS: init sends the token of
 * the pod's ServiceAccount there.
 */
export function awsEndpoint(service: 'ssm' | 'sts', region: string, env: Env): string {
  const given =
    service === 'sts' ? env['AWS_ENDPOINT_URL_STS'] : env['AWS_ENDPOINT_URL_SSM'] || env['AWS_ENDPOINT_URL']
  if (given) return given
  const isDual = env['AWS_USE_DUALSTACK_ENDPOINT'] === 'true'
  const { dnsSuffix, dualStackSuffix } = domainsOfRegion(region)
  // In GovCloud regions the standard endpoints are FIPS endpoints already.
  const isFips = env['AWS_USE_FIPS_ENDPOINT'] === 'true' && (isDual || !region.startsWith('us-gov-'))
  return `https://${service}${isFips ? '-fips' : ''}.${region}.${isDual ? dualStackSuffix : dnsSuffix}`
}
