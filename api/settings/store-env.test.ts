import t from 'tap'
import {
  isMetadataOff,
  regionOf,
  validatePodRegion,
  validateSecretsEnv,
  validateStoreEnv,
} from './store-env.ts'

t.equal(regionOf({}), undefined)
t.equal(regionOf({ AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-1' }), 'eu-west-1', 'empty is not set')
t.equal(regionOf({ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' }), 'eu-west-1')

t.ok(isMetadataOff({ AWS_EC2_METADATA_DISABLED: 'TRUE' }))
t.notOk(isMetadataOff({ AWS_EC2_METADATA_DISABLED: '1' }))

t.strictSame(validatePodRegion({}), [], 'there are the instance metadata')
t.strictSame(validatePodRegion({ AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'eu-west-1' }), [])
t.strictSame(validatePodRegion({ AWS_EC2_METADATA_DISABLED: 'true' }), [
  { env: 'AWS_REGION', message: 'AWS_REGION is missing, and the instance metadata service is disabled' },
])

t.strictSame(
  validateStoreEnv({
    AWS_REGION: 'eu_west',
    AWS_ENDPOINT_URL: 'http://moto',
    AWS_ENDPOINT_URL_SSM: 'moto',
    AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://metadata',
  }).map(({ env }) => env),
  ['AWS_REGION', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SSM', 'AWS_EC2_METADATA_SERVICE_ENDPOINT'],
  'all that is wrong at once',
)

for (const host of ['169.254.169.254', '[fd00:ec2::254]', '127.0.0.1:8181', 'localhost'])
  t.strictSame(validateStoreEnv({ AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://${host}` }), [], host)
for (const url of [
  '169.254.169.254',
  'ftp://169.254.169.254',
  'http://169.254.169.254.example.com',
  'http://10.0.0.1',
])
  t.equal(validateStoreEnv({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url }).length, 1, url)
t.equal(validateStoreEnv({ AWS_ENDPOINT_URL: 'http://169.254.169.254' }).length, 1, 'no store is there')

t.match(validateSecretsEnv({ AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://moto' }), [
  { env: 'AWS_ENDPOINT_URL_SECRETS_MANAGER', message: /must not be a plain http:\/\/ URL/ },
])
t.strictSame(
  validateStoreEnv({ AWS_ENDPOINT_URL_SECRETS_MANAGER: 'moto' }),
  [],
  'it concerns only programs that read secrets',
)

for (const name of ['AWS_USE_DUALSTACK_ENDPOINT', 'AWS_USE_FIPS_ENDPOINT']) {
  for (const text of ['', 'true', 'false'])
    t.strictSame(validateStoreEnv({ [name]: text }), [], `${name}=${text}`)
  for (const text of ['TRUE', '1', 'yes', 'true '])
    t.match(validateStoreEnv({ [name]: text }), [{ env: name, message: /must be true or false/ }])
}
