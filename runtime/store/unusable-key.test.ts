/** A KMS key that is disabled or gone fails whole calls, and is the matter of one parameter. */
import t from 'tap'
import { noSecrets, readBoth } from './both-services.ts'
import { openHttp } from '../http/http-exchange.ts'
import { openAwsCall } from '../aws/aws-call.ts'
import { startFakeSsm } from '../fake-ssm/server.ts'
import { clock } from '../scheduling/clock.ts'
import { fetchParameters } from './fetch-parameters.ts'
import { openSsmReader } from './ssm-reader.ts'
import { peer } from '../fixtures.ts'

const key = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const states = {
  'is pending deletion.': 'KMSInvalidStateException',
  'is disabled.': 'DisabledException',
}

for (const [state, type] of Object.entries(states)) {
  t.test(`one parameter whose key ${state}`, async (t) => {
    const message = `${key} ${state} (Service: AWSKMS; Status Code: 400; Error Code: ${type})`
    const server = await startFakeSsm({
      fault: ({ names, withDecryption }) =>
        withDecryption === true && names.includes('/bad')
          ? { kind: 'error', status: 400, type: 'InvalidKeyId', message }
          : undefined,
    })
    t.teardown(() => server.stop())
    const names = ['/bad', ...Array.from({ length: 12 }, (_, index) => `/good${index}`)]
    for (const name of names) server.put(name, 'fakepassword')
    const parameters = openSsmReader(async () =>
      openAwsCall({
        service: 'ssm',
        region: 'eu-west-1',
        endpoint: server.endpoint,
        credentials: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'fakesecret' }),
        requestTimeout: 60_000,
        exchange: openHttp(),
      }),
    )
    const wanted = names.map((name) => ({ ref: { name }, missingWait: 0 }))
    const limits = { deadline: 60_000, deniedWait: 0 }
    const { found, unfetched } = await fetchParameters(
      readBoth({ ...parameters, peer: () => peer }, noSecrets),
      wanted,
      limits,
      {
        clock,
        random: Math.random,
      },
    )
    t.equal(found.size, 12)
    t.match(unfetched, [
      {
        ref: { name: '/bad' },
        shared: false,
        failure: {
          code: 'REFUSED',
          deniedBy: 'KMS',
          detail: message,
          hint: /^enable the KMS key or cancel its deletion/,
          message: 'GetParameters: the KMS key cannot be used (InvalidKeyId)',
        },
      },
    ])
  })
}
