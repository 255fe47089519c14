import { SSMClient } from '@aws-sdk/client-ssm'
import t from 'tap'
import { awsEndpoint } from './aws-endpoint.ts'

const regions = [
  'eu-west-1',
  'us-east-1',
  'ap-southeast-7',
  'mx-central-1',
  'cn-north-1',
  'us-gov-west-1',
  'us-gov-east-1',
  'eusc-de-east-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
]
const { endpointProvider } = new SSMClient({ region: 'eu-west-1' }).config

for (const region of regions) {
  for (const fips of [false, true]) {
    for (const dual of [false, true]) {
      const env = { AWS_USE_FIPS_ENDPOINT: String(fips), AWS_USE_DUALSTACK_ENDPOINT: String(dual) }
      t.equal(
        `${awsEndpoint('ssm', region, env)}/`,
        endpointProvider({ Region: region, UseFIPS: fips, UseDualStack: dual }).url.href,
        `${region}${fips ? ', FIPS' : ''}${dual ? ', dual stack' : ''}: where the SDK finds it`,
      )
    }
  }
}

t.test('AWS_USE_DUALSTACK_ENDPOINT is read as the SDK reads it', async (t) => {
  const before = process.env
  t.teardown(() => (process.env = before))
  for (const [value, host] of [
    ['true', 'ssm.eu-west-1.api.aws'],
    ['false', 'ssm.eu-west-1.amazonaws.com'],
  ] as const) {
    process.env = { ...before, AWS_USE_DUALSTACK_ENDPOINT: value, AWS_CONFIG_FILE: '/dev/null' }
    const { config } = new SSMClient({ region: 'eu-west-1' })
    t.equal(await config.useDualstackEndpoint(), value === 'true')
    t.equal(awsEndpoint('ssm', 'eu-west-1', process.env), `https://${host}`)
  }
})

t.equal(awsEndpoint('sts', 'eu-west-1', {}), 'https://sts.eu-west-1.amazonaws.com', "STS is the region's")
t.equal(
  awsEndpoint('sts', 'eu-west-1', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }),
  'https://sts.eu-west-1.api.aws',
  'STS has a dual-stack endpoint too',
)
t.equal(
  awsEndpoint('ssm', 'eu-west-1', { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }),
  'http://127.0.0.1:1',
  'AWS_ENDPOINT_URL is an address of SSM',
)
t.equal(
  awsEndpoint('sts', 'eu-west-1', { AWS_ENDPOINT_URL: 'https://a', AWS_ENDPOINT_URL_SSM: 'https://b' }),
  'https://sts.eu-west-1.amazonaws.com',
  'and never one of STS',
)
t.equal(awsEndpoint('sts', 'eu-west-1', { AWS_ENDPOINT_URL_STS: 'https://c' }), 'https://c')
t.equal(
  awsEndpoint('ssm', 'eu-west-1', { AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_SSM: 'http://b' }),
  'http://b',
  'the address of the service wins',
)

/** As the SDK's client of Secrets Manager resolves them; kees does not contain that client. */
const secretsHosts: readonly (readonly [region: string, fips: boolean, dual: boolean, host: string])[] = [
  ['eu-west-1', false, false, 'secretsmanager.eu-west-1.amazonaws.com'],
  ['eu-west-1', false, true, 'secretsmanager.eu-west-1.amazonaws.com'],
  ['eu-west-1', true, false, 'secretsmanager-fips.eu-west-1.amazonaws.com'],
  ['eu-west-1', true, true, 'secretsmanager-fips.eu-west-1.amazonaws.com'],
  ['us-gov-west-1', false, true, 'secretsmanager.us-gov-west-1.amazonaws.com'],
  ['us-gov-west-1', true, false, 'secretsmanager-fips.us-gov-west-1.amazonaws.com'],
  ['us-gov-west-1', true, true, 'secretsmanager-fips.us-gov-west-1.amazonaws.com'],
  ['cn-north-1', false, false, 'secretsmanager.cn-north-1.amazonaws.com.cn'],
  ['cn-north-1', false, true, 'secretsmanager.cn-north-1.amazonaws.com.cn'],
  ['cn-north-1', true, true, 'secretsmanager-fips.cn-north-1.api.amazonwebservices.com.cn'],
  ['eusc-de-east-1', false, false, 'secretsmanager.eusc-de-east-1.amazonaws.eu'],
  ['eusc-de-east-1', false, true, 'secretsmanager.eusc-de-east-1.api.amazonwebservices.eu'],
  ['us-iso-east-1', true, true, 'secretsmanager-fips.us-iso-east-1.api.aws.ic.gov'],
  ['us-isob-east-1', false, false, 'secretsmanager.us-isob-east-1.sc2s.sgov.gov'],
]
for (const [region, fips, dual, host] of secretsHosts) {
  const env = { AWS_USE_FIPS_ENDPOINT: String(fips), AWS_USE_DUALSTACK_ENDPOINT: String(dual) }
  t.equal(awsEndpoint('secretsmanager', region, env), `https://${host}`)
}
t.equal(
  awsEndpoint('secretsmanager', 'eu-west-1', {
    AWS_ENDPOINT_URL: 'https://a',
    AWS_ENDPOINT_URL_SSM: 'https://b',
  }),
  'https://a',
  'AWS_ENDPOINT_URL is an address of Secrets Manager too, as for the SDK',
)
t.equal(
  awsEndpoint('secretsmanager', 'eu-west-1', {
    AWS_ENDPOINT_URL: 'https://a',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: 'https://c',
  }),
  'https://c',
)
