/** The creator on a real API server with its controllers: Deployments are created, and parameters appear in moto. */
import { createPublicKey } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { decodePrivateKey, encodePublicKey } from '../runtime/rsa-key.ts'
import { openSsmParameterStore } from '../runtime/ssm-parameter-store.ts'
import { createNamespace, deploy, eventsOf } from './cluster-workloads.ts'
import { controllersMissing, startControlPlane } from './control-plane.ts'
import { startCreator } from './creator-process.ts'
import { eventually } from './eventually.ts'
import { motoMissing, startMoto } from './moto.ts'

t.setTimeout(300_000)

t.test('the creator in a cluster', { skip: controllersMissing || motoMissing }, async (t) => {
  const [plane, moto] = await Promise.all([startControlPlane({ controllers: true }), startMoto()])
  t.teardown(() => Promise.all([plane.stop(), moto.stop()]))
  const policyFile = join(t.testdir(), 'policy.yaml')
  writeFileSync(
    policyFile,
    `apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
metadata: {name: default}
spec:
  rules:
    - namespaces: ["small"]
      prefixes: ["/{namespace}"]
      maxPerPod: 3
      maxNewPerHour: 2
    - namespaces: ["*"]
      prefixes: ["/{namespace}", "/shared"]
`,
  )
  const env = {
    KUBECONFIG: plane.kubeconfig,
    POLICY_FILE: policyFile,
    POD_NAME: 'creator-1',
    POD_NAMESPACE: 'kees',
    PUT_RATE: '50',
    READ_RATE: '100',
    LOG_LEVEL: 'debug',
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: moto.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  }
  const store = openSsmParameterStore({
    region: 'eu-west-1',
    endpoint: moto.endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestTimeout: 20_000,
    maxAttempts: 1,
  })
  const valuesOf = async (...names: readonly string[]) => {
    const { found } = await store.get(names.map((name) => ({ name })))
    return new Map(found.map(({ ref, value }) => [ref.name, value.reveal()]))
  }
  for (const namespace of ['kees', 'shop', 'small', 'late']) await createNamespace(plane, namespace)
  await deploy(plane, 'shop', 'before', {
    'init.bsycorp.com/storage-prefix': '/shop',
    'secret.bsycorp.com/signingKey.v1_public': 'kind=DYNAMIC,type=RSA,size=2048,foo=bar',
    'secret.bsycorp.com/signingKey.v1_private': 'kind=DYNAMIC,type=RSA,size=2048,foo=bar',
    'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD',
  })
  const creator = await startCreator(env)
  t.teardown(() => creator.kill())

  await t.test(
    'what was there before it started is made: a key pair whose halves belong together',
    async (t) => {
      const [privateName, publicName] = ['/shop/signingKey.v1_private', '/shop/signingKey.v1_public']
      await eventually('the pair is stored', async () => (await valuesOf(privateName, publicName)).size === 2)
      const values = await valuesOf(privateName, publicName)
      const key = decodePrivateKey(values.get(privateName) ?? '')
      t.ok(key)
      t.equal(key && encodePublicKey(createPublicKey(key)), values.get(publicName))
      t.strictSame(await store.exists(['/shop/db.password']), new Set(), 'a REFERENCE is not made')
      await eventually('the pod is told', async () =>
        (await eventsOf(plane, 'shop')).some(
          ({ reason, message, type }) =>
            reason === 'Created' && type === 'Normal' && message.includes(`created ${privateName}`),
        ),
      )
    },
  )

  await t.test('it says that it is healthy and ready', async (t) => {
    t.strictSame(await creator.get('/healthz'), { status: 200, text: 'ok\n' })
    await eventually('it is ready', async () => (await creator.get('/readyz')).status === 200)
  })
})
