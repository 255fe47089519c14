/**
 * Where AWS's services listen. https://docs.aws.amazon.com/general/latest/gr/rande.html, and of the partitions
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html
 */
import { domainsOfRegion } from '../../api/aws-partitions.ts'
import type { Env } from '../../api/env.ts'

/** The endpoint of a service, which a variable of the environment may override. */
export function awsEndpoint(service: 'ssm' | 'sts', region: string, env: Env): string {
  const given = env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || env['AWS_ENDPOINT_URL']
  if (given) return given
  const isDual = isTrue(env['AWS_USE_DUALSTACK_ENDPOINT'])
  const { dnsSuffix, dualStackSuffix } = domainsOfRegion(region)
  // In the regions of GovCloud the plain names are of validated modules already.
  const isFips = isTrue(env['AWS_USE_FIPS_ENDPOINT']) && (isDual || !region.startsWith('us-gov-'))
  return `https://${service}${isFips ? '-fips' : ''}.${region}.${isDual ? dualStackSuffix : dnsSuffix}`
}

function isTrue(text: string | undefined): boolean {
  return text?.toLowerCase() === 'true'
}
