/** The kees, inject-init and creator of the version before `CONTRACT`, with attributes that they do not know (docs/upgrading.md). */
import t from 'tap'
import { parse } from 'yaml'
import { startFakeSsm } from '../../../runtime/fake-ssm/server.ts'
import { createNamespace, createPod, eventsOf } from '../../creator/cluster-workloads.ts'
import { startCreator } from '../../creator/process.ts'
import { eventually } from '../../programs/eventually.ts'
import { run } from '../../programs/programs.ts'
import { controlPlaneMissing, startControlPlane } from '../../servers/control-plane.ts'
import { beforeContract, buildEarlierPrograms, commitMissing } from '../earlier-version.ts'

t.setTimeout(1_200_000)

const patience = 240_000
const secret = (name: string) => `secret.bsycorp.com/${name}`
const reference = 'kind=REFERENCE,type=PASSWORD'
/** One word of each sort. Those that change the record are tried by themselves. */
const words = {
  [secret('json')]: `${reference},jsonKey=password,file=json`,
  [secret('rds')]: `${reference},from=secretsmanager,storageKey=prod/rds`,
  'resource.bsycorp.com/level': 'default=info',
  'compose.bsycorp.com/url': 'text=$(json)@$(level)',
}
const pod = (annotations: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'app', annotations },
  spec: { containers: [{ name: 'app', image: 'example/app:1.0' }] },
})
const stdin = ['-f', '-']

t.test('older programs', { skip: commitMissing(beforeContract) || controlPlaneMissing }, async (t) => {
  const earlier = buildEarlierPrograms(beforeContract)
  t.teardown(earlier.remove)
  const old = (args: readonly string[], object: object | string) =>
    run(earlier.kees, [...args, ...stdin], {
      input: typeof object === 'string' ? object : JSON.stringify(object),
    })

  await t.test('each command warns of every attribute and every composition that it does not know', (t) => {
    const injected = old(['inject'], pod(words)).stdout
    const store = ['--store', `file:${t.testdir()}`]
    for (const [command, more, input] of [
      ['inject', [], pod(words)],
      ['verify', [], injected],
      ['export', [], injected],
      ['status', store, injected],
      ['create', store, injected],
    ] as const) {
      const { stderr } = old([command, ...more], input)
      for (const word of ['jsonKey', 'file', 'from', 'default'])
        t.match(stderr, `attribute "${word}" is not known and has no effect`, `${command}: ${word}`)
      t.match(stderr, '"compose.bsycorp.com/" is not known and has no effect', command)
    }
    t.end()
  })

  await t.test('with strict, they refuse', (t) => {
    t.match(old(['inject', '--strict'], pod(words)), { status: 1, stdout: '' })
    t.end()
  })

  await t.test(
    'what the older inject-init injected is completed by the present one, and verify names it',
    (t) => {
      const annotations = { ...words, [secret('password')]: `${reference},env=PASSWORD` }
      const injected = old(['inject'], pod(annotations))
      t.equal(injected.status, 0)
      const verified = run('kees', ['verify', '--min-kubelet', '1.35', ...stdin], { input: injected.stdout })
      t.equal(verified.status, 1)
      t.match(verified.stderr, /initContainers\[init-container\]\.env\[CONTRACT\]: missing/)
      t.match(verified.stderr, /containers\[app\]\.env\[PASSWORD\]: missing/)
      const again = run('kees', ['inject', '--min-kubelet', '1.35', ...stdin], { input: injected.stdout })
      const whole = run('kees', ['inject', '--min-kubelet', '1.35', ...stdin], {
        input: JSON.stringify(pod(annotations)),
      })
      t.match(again, { status: 0, stderr: '' })
      t.strictSame(new Set(names(again.stdout)), new Set(names(whole.stdout)))
      t.end()
    },
  )

  await t.test(
    'an injection without variables passes through the older inject-init as it is, CONTRACT included',
    (t) => {
      const { stdout } = run('kees', ['inject', ...stdin], { input: JSON.stringify(pod(words)) })
      t.match(stdout, 'CONTRACT')
      t.match(old(['inject'], stdout), { status: 0, stdout })
      t.end()
    },
  )

  await t.test(
    'the older creator creates what it knows, with no attribute of delivery changing a value',
    async (t) => {
      const [plane, server] = await Promise.all([startControlPlane(), startFakeSsm()])
      t.teardown(() => Promise.all([plane.stop(), server.stop()]))
      await createNamespace(plane, 'kees')
      await createNamespace(plane, 'shop')
      await createPod(plane, 'shop', 'app', {
        ...words,
        [secret('jwt_private')]: 'kind=DYNAMIC,type=RSA,size=2048,as=pem,file=jwt.pem,mode=0440',
        [secret('token')]: 'kind=DYNAMIC,type=PASSWORD,size=128,env=TOKEN',
        [secret('mail_private')]: 'kind=DYNAMIC,type=GPG,size=2048,userId=Shop <shop@example.com>',
      })
      const creator = await startCreator(
        {
          KUBECONFIG: plane.kubeconfig,
          ALLOW_ALL_PREFIXES: 'true',
          POD_NAME: 'creator-1',
          POD_NAMESPACE: 'kees',
          AWS_REGION: 'eu-west-1',
          AWS_ENDPOINT_URL: server.endpoint,
          AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
          AWS_SECRET_ACCESS_KEY: 'fakesecret',
        },
        [],
        earlier.creator,
      )
      t.teardown(() => creator.kill())
      const stored = () => [...server.stored.names()].toSorted()
      const created = ['jwt_private', 'jwt_public', 'token']
      await eventually('they are there', () => created.every((name) => stored().includes(name)), patience)
      const refusals = async () =>
        (await eventsOf(plane, 'shop')).filter(({ message }) => message.includes('mail_private'))
      await eventually(
        'the key of a type that it does not know is refused',
        async () => (await refusals()).length > 0,
        patience,
      )
      t.match((await refusals())[0], { type: 'Warning', message: /type "GPG" is not supported yet/ })
      t.strictSame(stored(), created, 'and nothing else is stored')
      t.match(server.stored.newest('token')?.value, /^[0-9A-Za-z]{16}$/)
      t.match(server.stored.newest('jwt_private')?.value, /^MII[A-Za-z0-9+/]+=*$/)
    },
  )
})

/** Of what inject-init adds. */
function names(manifest: string): string[] {
  const { spec } = parse(manifest)
  const [init] = spec.initContainers
  return [...init.env, ...init.volumeMounts, ...spec.volumes, ...spec.containers[0].env].map(
    (one: { readonly name: string }) => one.name,
  )
}
