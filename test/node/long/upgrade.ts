/** Programs and images of two versions in one cluster, as during an upgrade and on the way back (docs/upgrading.md). */
import t from 'tap'
import { parse } from 'yaml'
import { eventually } from '../../programs/eventually.ts'
import { run } from '../../programs/programs.ts'
import { appPod } from '../app-pod.ts'
import { beforeContract, buildEarlier, commitMissing } from '../earlier-version.ts'
import { initImage } from '../node-images.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { nodeTestsMissing, useNode } from '../use-node.ts'

t.setTimeout(1_800_000)

const patience = 240_000
const password = 'secret.bsycorp.com/db.password'
const older = { [password]: 'kind=REFERENCE,type=PASSWORD', 'resource.bsycorp.com/level': 'storageKey=level' }

type Terminated = { readonly exitCode: number; readonly message?: string }
type ContainerStatus = {
  readonly state: { readonly waiting?: { readonly reason: string }; readonly terminated?: Terminated }
}
type Status = {
  readonly initContainerStatuses?: readonly ContainerStatus[]
  readonly containerStatuses?: readonly ContainerStatus[]
}

t.test('two versions', { skip: nodeTestsMissing || commitMissing(beforeContract) }, async (t) => {
  const earlier = await buildEarlier(beforeContract)
  t.teardown(earlier.remove)
  const cluster = await useNode(t)
  await cluster.load(earlier.archive)
  const { server, inject } = await startStoreOfPods(t, cluster)
  server.put('/db.password', 'fakepassword')
  server.put('/level', 'info')
  server.put('/json', '{"password":"fakepassword"}')
  const namespace = await cluster.makeNamespace('upgrade')
  const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  const create = (manifest: string) => cluster.kubectl(['create', '-f', '-'], manifest)
  const pod = (name: string, annotations: Readonly<Record<string, string>>) =>
    appPod(namespace, name, annotations, { restartPolicy: 'Never' })
  const secret = (name: string) => inNamespace('exec', name, '-c', 'app', '--', 'cat', '/secret/secret')
  const ready = (name: string) =>
    inNamespace('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=240s')
  const status = async (name: string): Promise<Status> =>
    JSON.parse(await inNamespace('get', 'pod', name, '-o', 'json')).status
  const oldImage = { image: earlier.initImage }

  const byOld = inject(pod('by-old', older), { refresh: '2s' }, earlier.kees)
  const byNew = inject(pod('by-new', older), { ...oldImage, refresh: '2s' })
  for (const [name, manifest, title] of [
    ['by-old', byOld, 'the earlier inject-init, the present image of init'],
    ['by-new', byNew, 'the present inject-init, the earlier image of init, no new words'],
  ] as const) {
    await create(manifest)
    await t.test(`${title}: values, refresh and the app are as ever`, async (t) => {
      server.put('/db.password', 'fakepassword')
      await ready(name)
      t.equal(await secret(name), 'db.password=fakepassword\n')
      server.put('/db.password', 'fakepassword2')
      const isThere = async () => (await secret(name)) === 'db.password=fakepassword2\n'
      await eventually('the app reads the new value', isThere, patience)
    })
  }

  await t.test('an injection of the earlier version is valid, and removed as a whole', async (t) => {
    const original = pod('by-old', {})
    const injected = run(earlier.kees, ['inject', '-f', '-'], { input: JSON.stringify(pod('by-old', older)) })
    t.match(run('kees', ['verify', '-f', '-'], { input: injected.stdout }), { status: 0, stderr: '' })
    const undeclared = parse(injected.stdout)
    for (const name of Object.keys(older)) delete undeclared.metadata.annotations[name]
    const removed = run('kees', ['inject', '-f', '-'], { input: JSON.stringify(undeclared) })
    t.match(removed, { status: 0, stderr: '' })
    t.strictSame(parse(removed.stdout).spec, original.spec)
    t.notMatch(removed.stdout, /kees\.bsycorp\.com|secret-volume|init-container/)
  })

  await t.test(
    'the earlier inject-init refuses the record of variables by its name, and edits nothing',
    (t) => {
      const shaped = inject(pod('record', { [password]: `${older[password]},env=DB_PASSWORD` }), {
        minKubelet: '1.35',
      })
      const { status: code, stdout, stderr } = run(earlier.kees, ['inject', '-f', '-'], { input: shaped })
      t.equal(code, 1)
      t.equal(stdout, '')
      t.match(stderr, /annotation kees\.bsycorp\.com\/injected: is not a record of inject-init/)
      t.end()
    },
  )

  await t.test(
    'the earlier image refuses a new type and local mode by the name of the annotation',
    async (t) => {
      const setting = 'init.bsycorp.com/local-mode'
      const local = { ...oldImage, env: [], allowLocalMode: true }
      const type = { ...oldImage, minKubelet: '1.35' }
      await create(inject(pod('text', { [password]: 'kind=REFERENCE,type=TEXT,env=DB_PASSWORD' }), type))
      await create(inject(pod('local', { [password]: older[password], [setting]: 'true' }), local))
      for (const [name, message] of [
        ['text', /^annotation secret\.bsycorp\.com\/db\.password: type "TEXT" is not known/],
        ['local', /^annotation init\.bsycorp\.com\/local-mode: local-mode is not supported/],
      ] as const) {
        await inNamespace('wait', '--for=jsonpath={.status.phase}=Failed', `pod/${name}`, '--timeout=240s')
        t.match((await status(name)).initContainerStatuses?.[0]?.state.terminated, { exitCode: 1, message })
      }
    },
  )

  await t.test(
    'a variable that the earlier image does not know: the kubelet does not start the app',
    async (t) => {
      const annotations = { [password]: `${older[password]},env=DB_PASSWORD` }
      await create(inject(pod('variable', annotations), { ...oldImage, minKubelet: '1.35' }))
      const isWaiting = async () =>
        (await status('variable')).containerStatuses?.[0]?.state.waiting?.reason ===
        'CreateContainerConfigError'
      await eventually('the kubelet misses the file of variables', isWaiting, patience)
      t.match(
        await inNamespace('logs', 'variable', '-c', 'init-container'),
        /attribute \\"env\\" is not known/,
      )
    },
  )

  await t.test(
    'a key of a JSON text that the earlier image does not know: it delivers the whole text, with a warning',
    async (t) => {
      const annotations = { [password]: `${older[password]},storageKey=json,jsonKey=password` }
      await create(inject(pod('json', annotations), oldImage))
      await ready('json')
      t.equal(await secret('json'), 'db.password={"password":"fakepassword"}\n')
      t.match(
        await inNamespace('logs', 'json', '-c', 'init-container'),
        /attribute \\"jsonKey\\" is not known/,
      )
    },
  )

  await t.test(
    'other shapes that the earlier image does not know: it delivers what is stored as lines, with warnings',
    async (t) => {
      const shapes = {
        'secret.bsycorp.com/file': 'kind=REFERENCE,type=PASSWORD,storageKey=level,file=a/b,mode=0440',
        'secret.bsycorp.com/decode': 'kind=REFERENCE,type=PASSWORD,storageKey=encoded,decode=base64',
        'secret.bsycorp.com/as': 'kind=REFERENCE,type=RSA,storageKey=key,as=jwk',
        'secret.bsycorp.com/from': 'kind=REFERENCE,type=PASSWORD,from=secretsmanager,storageKey=level',
        'secret.bsycorp.com/optional': 'kind=REFERENCE,type=PASSWORD,storageKey=level,optional=true',
        'secret.bsycorp.com/none': 'kind=REFERENCE,type=PASSWORD,storageKey=level,deliver=none',
        'resource.bsycorp.com/default': 'storageKey=level,default=none',
        'compose.bsycorp.com/text': 'file=text,text=$(none)',
      }
      server.put('/encoded', 'ZmFrZQ==')
      server.put('/key', 'fakekey')
      await create(inject(pod('shapes', shapes), oldImage))
      await ready('shapes')
      t.equal(
        await secret('shapes'),
        'as=fakekey\ndecode=ZmFrZQ==\nfile=info\nfrom=info\nnone=info\noptional=info\n',
        'of from, a parameter of that name',
      )
      t.equal(await inNamespace('exec', 'shapes', '-c', 'app', '--', 'ls', '/secret'), 'resource\nsecret\n')
      const log = await inNamespace('logs', 'shapes', '-c', 'init-container')
      for (const word of ['file', 'mode', 'decode', 'as', 'from', 'optional', 'deliver', 'default'])
        t.match(log, `attribute \\"${word}\\" is not known`)
      t.match(log, '\\"compose.bsycorp.com/\\" is not known')
    },
  )

  await t.test('the earlier image takes no value for optional, and uses no default', async (t) => {
    const absent = {
      'secret.bsycorp.com/absent': 'kind=REFERENCE,type=PASSWORD,optional=true',
      'resource.bsycorp.com/other': 'default=info',
    }
    await create(inject(pod('absent', absent), oldImage))
    await inNamespace('wait', '--for=jsonpath={.status.phase}=Failed', 'pod/absent', '--timeout=240s')
    const { exitCode, message } = (await status('absent')).initContainerStatuses?.[0]?.state.terminated ?? {}
    t.equal(exitCode, 3)
    for (const name of ['/absent', '/other']) t.match(message, `parameter ${name} does not exist`)
  })

  await t.test(
    'the earlier inject-init and the present image: files are written, variables are an error',
    async (t) => {
      const annotations = { [password]: `${older[password]},file=password` }
      await create(inject(pod('file-by-old', annotations), {}, earlier.kees))
      await ready('file-by-old')
      t.match(
        await inNamespace('exec', 'file-by-old', '-c', 'app', '--', 'cat', '/secret/password'),
        /^fakepassword2?$/,
      )
      const variable = { [password]: `${older[password]},env=DB_PASSWORD` }
      await create(inject(pod('variable-by-old', variable), {}, earlier.kees))
      await inNamespace(
        'wait',
        '--for=jsonpath={.status.phase}=Failed',
        'pod/variable-by-old',
        '--timeout=240s',
      )
      t.match((await status('variable-by-old')).initContainerStatuses?.[0]?.state.terminated, {
        exitCode: 6,
        message: /the folder "\/env" does not exist/,
      })
    },
  )

  await t.test('kees verify with the present image rejects a pod with the earlier one', (t) => {
    const annotations = { [password]: `${older[password]},storageKey=json,jsonKey=password` }
    const pinned = inject(pod('pinned', annotations), oldImage)
    const { status: code, stderr } = run('kees', ['verify', '-f', '-', '--image', initImage], {
      input: pinned,
    })
    t.equal(code, 1)
    t.match(stderr, /initContainers\[init-container\]\.image: is /)
    const unknown = run('kees', ['verify', '-f', '-'], { input: pinned }).stderr
    t.notMatch(unknown, /\.image: is /, 'without the flag the image is not known')
    t.end()
  })
})
