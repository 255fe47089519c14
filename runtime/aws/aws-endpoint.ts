/**
 * Where AWS's services listen. https://docs.aws.amazon.com/general/latest/gr/rande.html, and of the partitions
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html
 */

type Env = Readonly<Record<string, string | undefined>>

/** Beginnings of the names of regions, with the domain there, and the domain of addresses that speak IPv6 too. */
const partitions = [
  [/^cn-/, 'amazonaws.com.cn', 'api.amazonwebservices.com.cn'],
  [/^eusc-/, 'amazonaws.eu', 'api.amazonwebservices.eu'],
  [/^us-iso-/, 'c2s.ic.gov', 'api.aws.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov', 'api.aws.scloud'],
  [/^eu-isoe-/, 'cloud.adc-e.uk', 'api.cloud-aws.adc-e.uk'],
  [/^us-isof-/, 'csp.hci.ic.gov', 'api.aws.hci.ic.gov'],
] as const
const [commonDomain, commonDualStack] = ['amazonaws.com', 'api.aws']

/** The endpoint of a service, which a variable of the environment may override. */
export function awsEndpoint(service: 'ssm' | 'sts', region: string, env: Env): string {
  const given = env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || env['AWS_ENDPOINT_URL']
  if (given) return given
  const isDual = isTrue(env['AWS_USE_DUALSTACK_ENDPOINT'])
  const [, domain, dualStack] = partitions.find(([pattern]) => pattern.test(region)) ?? [
    undefined,
    commonDomain,
    commonDualStack,
  ]
  // In the regions of GovCloud the plain names are of validated modules already.
  const isFips = isTrue(env['AWS_USE_FIPS_ENDPOINT']) && (isDual || !region.startsWith('us-gov-'))
  return `https://${service}${isFips ? '-fips' : ''}.${region}.${isDual ? dualStack : domain}`
}

function isTrue(text: string | undefined): boolean {
  return text?.toLowerCase() === 'true'
}
