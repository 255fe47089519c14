import t from 'tap'
import { isMetadataOff, regionOf, validatePodRegion, validateStoreEnv } from './store-env.ts'

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
  }).map(({ env }) => env),
  ['AWS_REGION', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SSM'],
  'all that is wrong at once',
)
