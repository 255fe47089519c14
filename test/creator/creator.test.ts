/** The creator on a real API server with its controllers: Deployments are created, and parameters appear in moto. */
import { createPublicKey } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { decodePrivateKey, encodePublicKey } from '../../runtime/values/rsa-key.ts'
import { secretValue } from '../../runtime/secret-value.ts'
import { openSsmParameterStore } from '../../runtime/store/ssm-parameter-store.ts'
import { create, createNamespace, deploy, deployment, eventsOf } from './cluster-workloads.ts'
import { controllersMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { gaugeOf, startCreator } from './process.ts'
import { eventually } from '../programs/eventually.ts'
import { motoMissing, startMoto } from '../servers/moto.ts'
import { run } from '../programs/programs.ts'

t.setTimeout(1_200_000)

t.test('the creator in a cluster', { skip: controllersMissing || motoMissing }, async (t) => {
  const [plane, moto] = await Promise.all([sharedControlPlane(t, { controllers: true }), startMoto()])
  t.teardown(() => moto.stop())
  const policyFile = join(t.testdir(), 'policy.yaml')
  writeFileSync(
    policyFile,
    `apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
metadata: {name: default}
spec:
  rules:
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
    requestTimeout: 120_000,
    maxAttempts: 1,
  })
  const valuesOf = async (...names: readonly string[]) => {
    const { found } = await store.get(names.map((name) => ({ name })))
    return new Map(found.map(({ ref, value }) => [ref.name, value.reveal()]))
  }
  for (const namespace of ['kees', 'shop', 'small', 'late']) await createNamespace(plane, namespace)
  const before = {
    'init.bsycorp.com/storage-prefix': '/shop',
    'secret.bsycorp.com/signingKey.v1_public': 'kind=DYNAMIC,type=RSA,size=2048,foo=bar',
    'secret.bsycorp.com/signingKey.v1_private': 'kind=DYNAMIC,type=RSA,size=2048,foo=bar',
    'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD',
  }
  await deploy(plane, 'shop', 'before', before)
  const creator = await startCreator(env)
  t.teardown(() => creator.kill())

  await t.test(
    'parameters of pods that existed before the start are created: the parts of a key pair match',
    async (t) => {
      const [privateName, publicName] = ['/shop/signingKey.v1_private', '/shop/signingKey.v1_public']
      await eventually('the pair is stored', async () => (await valuesOf(privateName, publicName)).size === 2)
      const values = await valuesOf(privateName, publicName)
      const key = decodePrivateKey(values.get(privateName) ?? '')
      t.ok(key)
      t.equal(key && encodePublicKey(createPublicKey(key)), values.get(publicName))
      t.strictSame(await store.exists(['/shop/db.password']), new Set(), 'a REFERENCE is not made')
      await eventually('the Event is recorded', async () =>
        (await eventsOf(plane, 'shop')).some(
          ({ reason, message, type }) =>
            reason === 'Created' && type === 'Normal' && message.includes(`created ${privateName}`),
        ),
      )
    },
  )

  await t.test('it is healthy and ready', async (t) => {
    t.strictSame(await creator.get('/healthz'), { status: 200, text: 'ok\n' })
    await eventually('it is ready', async () => (await creator.get('/readyz')).status === 200)
  })

  await t.test(
    'of a new Deployment, valid declarations are created and invalid ones are reported',
    async (t) => {
      await deploy(plane, 'shop', 'after', {
        'init.bsycorp.com/storage-prefix': '/shop',
        'secret.bsycorp.com/token_consumer': 'kind=DYNAMIC,type=RANDOM,size=256',
        'secret.bsycorp.com/db.password': 'kind=DYNAMIC,type=PASSWORD,size=7',
        'secret.bsycorp.com/deeper': 'kind=DYNAMIC,type=PASSWORD,size=128,storageKey=a/b',
        'init.bsycorp.com/format': 'xml',
      })
      await eventually('it is stored', async () => (await valuesOf('/shop/token_provider')).size === 1)
      const values = await valuesOf('/shop/token_consumer', '/shop/token_provider')
      t.equal(values.get('/shop/token_consumer'), values.get('/shop/token_provider'))
      t.match(values.get('/shop/token_consumer'), /^[A-Za-z0-9+/]{43}=$/)
      await eventually(
        'what stands beside it is stored',
        async () => (await valuesOf('/shop/a/b')).size === 1,
      )
      const said = async () =>
        (await eventsOf(plane, 'shop')).filter(
          ({ pod, reason }) => pod.startsWith('after-') && reason === 'InvalidAnnotation',
        )
      await eventually('the Event is recorded', async () => (await said()).length === 1)
      t.match(await said(), [{ type: 'Warning', message: /(format.*db\.password|db\.password.*format)/s }])
    },
  )

  await t.test('a missing first part is not created again, and an Event is recorded', async (t) => {
    await store.replace('/late/old_provider', secretValue('of a person'))
    await deploy(plane, 'late', 'half', {
      'init.bsycorp.com/storage-prefix': '/late',
      'secret.bsycorp.com/old_consumer': 'kind=DYNAMIC,type=RANDOM,size=128',
    })
    await eventually('the Event is recorded', async () =>
      (await eventsOf(plane, 'late')).some(
        ({ reason, message }) => reason === 'IncompleteGroup' && message.includes('lacks /late/old_consumer'),
      ),
    )
    t.strictSame(
      [...(await valuesOf('/late/old_consumer', '/late/old_provider'))],
      [['/late/old_provider', 'of a person']],
    )
  })

  await t.test('an Event is recorded on a pod that is annotated but not injected', async (t) => {
    const annotations = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' }
    const input = JSON.stringify(deployment('small', 'injected', annotations))
    const manifest = run('kees', ['inject', '-f', '-'], { input })
    t.equal(manifest.status, 0, manifest.stderr)
    await create(plane, 'apis/apps/v1', 'small', 'deployments', JSON.parse(manifest.stdout))
    await eventually('the injected one is seen', async () => (await gaugeOf(creator, 'pods')) === 4)
    await deploy(plane, 'small', 'bare', annotations, 3)
    await eventually('the Events are recorded', async () =>
      (await eventsOf(plane, 'small')).some(({ reason }) => reason === 'NotInjected'),
    )
    await eventually('the bare ones are seen', async () => (await gaugeOf(creator, 'pods')) === 7)
    await eventually('no Event is waiting', async () => (await gaugeOf(creator, 'events_waiting')) === 0)
    const told = (await eventsOf(plane, 'small')).filter(({ reason }) => reason === 'NotInjected')
    t.equal(told.length, 1, 'one of three pods')
    t.match(told[0]?.pod, /^bare-/)
  })

  await t.test('its metrics', async (t) => {
    const { text } = await creator.get('/metrics')
    t.match(text, /^kees_creator_leading 1$/m)
    t.match(text, /^kees_creator_created_total\{type="RSA"\} 2$/m)
    t.match(text, /^kees_creator_creation_latency_seconds_count 5$/m)
    t.match(text, /^kees_creator_refusals_total\{reason="InvalidAnnotation"\} 1$/m)
    t.match(text, /^kees_creator_store_calls_total\{operation="exists"\} [1-9]/m)
    t.match(text, /^kees_creator_known_parameters [1-9]/m)
    t.match(text, /^kees_creator_events_total\{outcome="sent"\} [1-9]/m)
  })

  await t.test('no value is in its log or its Events', async (t) => {
    const names = ['/shop/signingKey.v1_private', '/shop/token_consumer', '/shop/a/b', '/late/old_provider']
    const values = [...(await valuesOf(...names)).values()]
    t.equal(values.length, 4)
    const events = await Promise.all(['shop', 'late', 'small'].map((namespace) => eventsOf(plane, namespace)))
    const said = JSON.stringify([creator.log, events])
    for (const value of values) t.notOk(said.includes(value))
  })

  await t.test('kees create changes nothing that the creator created, and the other way round', async (t) => {
    const keesCreate = (input: object, ...flags: readonly string[]) => {
      const ran = run('kees', ['create', '-f', '-', '-o', 'json', ...flags], {
        env,
        input: JSON.stringify(input),
      })
      const rows: readonly { readonly parameter: string; readonly result: string }[] = JSON.parse(ran.stdout)
      return rows.map(({ parameter, result }) => `${parameter} ${result}`)
    }
    t.strictSame(keesCreate(deployment('shop', 'before', before)), [
      '/shop/signingKey.v1_private exists',
      '/shop/signingKey.v1_public exists',
    ])
    const later = { ...before, 'init.bsycorp.com/storage-prefix': '/shop/later' }
    const names = ['/shop/later/signingKey.v1_private', '/shop/later/signingKey.v1_public']
    const made = (result: string) => names.map((name) => `${name} ${result}`)
    t.strictSame(keesCreate(deployment('shop', 'later', later), '--dry-run'), made('would be created'))
    t.strictSame(await store.exists(names), new Set())
    t.strictSame(keesCreate(deployment('shop', 'later', later)), made('created'))
    const values = await valuesOf(...names)
    await deploy(plane, 'shop', 'later', later)
    const known = () => gaugeOf(creator, 'known_parameters')
    await eventually('the creator knows them', async () => (await known()) === 8)
    t.strictSame(await valuesOf(...names), values)
  })

  await t.test('it stops on SIGTERM and releases the Lease', async (t) => {
    creator.signal('SIGTERM')
    t.equal(await creator.ended, 0)
    t.match(creator.log.at(-1), { level: 'info', message: 'stopped' })
    const lease = '/apis/coordination.k8s.io/v1/namespaces/kees/leases/kees-creator'
    t.match((await plane.request('GET', lease)).body, { spec: { holderIdentity: '', leaseTransitions: 0 } })
  })

  await t.test('NAMESPACES and LABEL_SELECTOR select the pods', async (t) => {
    const chosen = { LEADER_ELECTION: 'false', NAMESPACES: 'shop,late', LABEL_SELECTOR: 'app in (chosen)' }
    const other = await startCreator({ ...env, ...chosen })
    t.teardown(() => other.kill())
    const token = (name: string, prefix: string) => ({
      'init.bsycorp.com/storage-prefix': prefix,
      [`secret.bsycorp.com/${name}`]: 'kind=DYNAMIC,type=RANDOM,size=128',
    })
    await deploy(plane, 'shop', 'unchosen', token('unchosen', '/shop'))
    await deploy(plane, 'small', 'chosen', token('abroad', '/small'))
    await deploy(plane, 'late', 'chosen', token('chosen', '/late'))
    await eventually('the chosen one is made', async () => (await valuesOf('/late/chosen')).size === 1)
    // Its watch would have had the other pod of the namespace before this one.
    await deploy(plane, 'shop', 'chosen', token('chosen', '/shop'))
    await eventually('this one too', async () => (await valuesOf('/shop/chosen')).size === 1)
    t.strictSame(await store.exists(['/shop/unchosen', '/small/abroad']), new Set())
    t.equal(await gaugeOf(other, 'pods'), 2)
  })

  await t.test('everything that prevents the start is reported at once, without a retry', async (t) => {
    const ends = (more: Readonly<Record<string, string>>) => {
      const { stderr, status } = run('creator', [], { env: { LISTEN: '127.0.0.1:0', ...env, ...more } })
      const last: unknown = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')
      return { status, last }
    }
    t.match(ends({ LABEL_SELECTOR: 'a in b in c', LEADER_ELECTION: 'false' }), {
      status: 2,
      last: { message: 'the API server refuses NAMESPACES or LABEL_SELECTOR' },
    })
    t.match(ends({ POLICY_FILE: '' }), {
      status: 2,
      last: { problems: [{ text: 'POLICY_FILE is missing', hint: /ALLOW_ALL_PREFIXES=true$/ }] },
    })
    const all = { POLICY_FILE: '/none', KUBECONFIG: '/none', PUT_RATE: 'x', AWS_ENDPOINT_URL: 'http://x' }
    t.match(ends(all), {
      status: 2,
      last: {
        problems: [
          { text: /^PUT_RATE/ },
          { text: /^POLICY_FILE "\/none": it cannot be read/ },
          { text: /^KUBECONFIG "\/none" cannot be read/ },
          { text: /^AWS_ENDPOINT_URL/ },
        ],
      },
    })
  })
})
