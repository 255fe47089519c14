import t from 'tap'
import { fetchParameters } from '../runtime/fetch-parameters.ts'
import { clock } from '../runtime/clock.ts'
import { runParameterStoreContract } from '../runtime/parameter-store.contract.ts'
import { secretValue } from '../runtime/secret-value.ts'
import { openSsmParameterStore } from '../runtime/ssm-parameter-store.ts'
import { motoMissing, startMoto } from './moto.ts'

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
        store,
        refs.map((ref) => ({ ref, missingWait: 0 })),
        { deadline: 60_000, deniedWait: 0 },
        { clock, random: Math.random },
      )
      t.equal(found.size, 22)
      t.equal(found.get('/many/p0')?.value.reveal(), 'second of /many/p0')
      t.equal(found.get('/many/p0')?.version, 2)
      t.equal(found.get('/many/p0:1')?.value.reveal(), 'first of /many/p0')
      t.equal(found.get('/many/p20')?.value.reveal(), 'first of /many/p20')
      t.match(unfetched, [{ ref: { name: '/many/none' }, failure: { code: 'MISSING' } }])
    },
  )
})
