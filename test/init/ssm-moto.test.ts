import { join } from 'node:path'
import { noSecrets, readBoth } from '../../runtime/store/both-services.ts'
import t from 'tap'
import type { CredentialSource } from '../../runtime/aws/aws-credentials.ts'
import { fetchParameters } from '../../runtime/store/fetch-parameters.ts'
import { clock } from '../../runtime/scheduling/clock.ts'
import { openHttp } from '../../runtime/http/http-exchange.ts'
import { runParameterStoreContract } from '../../runtime/store/parameter-store.contract.ts'
import { podCredentials } from '../../runtime/aws/credentials/pod-credentials.ts'
import { secretValue } from '../../runtime/secret-value.ts'
import { openAwsCall } from '../../runtime/aws/aws-call.ts'
import { runSecretReaderContract } from '../../runtime/store/secret-reader.contract.ts'
import { openSecretReader } from '../../runtime/store/secret-reader.ts'
import { openSsmParameterStore } from '../../runtime/store/ssm-parameter-store.ts'
import { openSsmReader } from '../../runtime/store/ssm-reader.ts'
import { motoMissing, startMoto } from '../servers/moto.ts'
import { motoSecrets } from '../servers/moto-secrets.ts'

t.test('the SSM store on moto', { skip: motoMissing }, async (t) => {
  const moto = await startMoto()
  t.teardown(() => moto.stop())
  const store = openSsmParameterStore({
    region: 'eu-west-1',
    endpoint: moto.endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestTimeout: 20_000,
    maxAttempts: 1,
  })
  let stores = 0
  await runParameterStoreContract(t, 'moto', () => ({ store, prefix: `/store-${++stores}` }))

  const exchange = openHttp()
  const env = { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_STS: moto.endpoint }
  const openReader = (credentials: CredentialSource) =>
    openSsmReader(async () =>
      openAwsCall({
        service: 'ssm',
        region: 'eu-west-1',
        endpoint: moto.endpoint,
        credentials,
        requestTimeout: 20_000,
        exchange,
      }),
    )
  const reader = openReader(async () => ({ accessKeyId: 'test', secretAccessKey: 'test' }))
  await runParameterStoreContract(t, 'init on moto', () => ({
    store: { ...store, ...reader },
    prefix: `/store-${++stores}`,
  }))

  await t.test('secrets of Secrets Manager on moto', async (t) => {
    const call = openAwsCall({
      service: 'secretsmanager',
      region: 'eu-west-1',
      endpoint: moto.endpoint,
      credentials: async () => ({ accessKeyId: 'test', secretAccessKey: 'test' }),
      requestTimeout: 20_000,
      exchange,
    })
    await runSecretReaderContract(
      t,
      'init on moto',
      openSecretReader(async () => call),
      motoSecrets(moto.endpoint),
    )
  })

  await t.test("init exchanges a pod's token for credentials and reads with them", async (t) => {
    const token = join(t.testdir({ token: 'fakeidentity' }), 'token')
    const pod = {
      ...env,
      AWS_WEB_IDENTITY_TOKEN_FILE: token,
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/app',
    }
    const credentials = podCredentials(pod, 20_000, exchange)
    const { accessKeyId, sessionToken, expiration } = await credentials()
    t.match(accessKeyId, /^ASIA/)
    t.ok(sessionToken)
    t.ok((expiration?.getTime() ?? 0) > Date.now())
    await store.replace('/by-token', secretValue('fakepassword'))
    const { found } = await openReader(credentials).get([{ name: '/by-token' }])
    t.equal(found[0]?.value.reveal(), 'fakepassword')
  })

  await t.test(
    'twenty-three parameters, some of them pinned, are fetched by name and selector',
    async (t) => {
      const names = Array.from({ length: 21 }, (_, index) => `/many/p${index}`)
      for (const name of names) await store.replace(name, secretValue(`first of ${name}`))
      await store.replace('/many/p0', secretValue('second of /many/p0'))
      const refs = [
        ...names.map((name) => ({ name })),
        { name: '/many/p0', selector: '1' },
        { name: '/many/none' },
      ]
      const { found, unfetched } = await fetchParameters(
        readBoth(store, noSecrets),
        refs.map((ref) => ({ ref, missingWait: 0 })),
        { deadline: 60_000, deniedWait: 0 },
        { clock, random: Math.random },
      )
      t.equal(found.size, 22)
      t.equal(found.get('/many/p0')?.value.reveal(), 'second of /many/p0')
      t.equal(found.get('/many/p0:1')?.value.reveal(), 'first of /many/p0')
      t.equal(found.get('/many/p20')?.value.reveal(), 'first of /many/p20')
      t.match(unfetched, [{ ref: { name: '/many/none' }, failure: { code: 'MISSING' } }])
    },
  )
})
