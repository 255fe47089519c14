/**
 * The init container and the sidecar of an injected pod, as containers of the image of init and as the pod's spec says:
 * user, read-only root, no capabilities, the probe inside of the container.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { formatAnnotationsFile } from '../../api/annotations-file.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { containersMissing, engine, engineMeanwhile, engineSays } from '../packaging/container-engine.ts'
import { eventually } from '../programs/eventually.ts'
import { freePorts } from '../servers/free-ports.ts'
import { buildImages } from '../packaging/images-of-test.ts'
import { type Container, type Pod, runArguments } from '../packaging/pod-container.ts'
import { run } from '../programs/programs.ts'

t.setTimeout(300_000)

const source = `apiVersion: v1
kind: Pod
metadata:
  name: app
  namespace: shop
  annotations:
    secret.bsycorp.com/db.password: kind=REFERENCE,type=PASSWORD
spec:
  restartPolicy: Never
  containers:
    - name: app
      image: example/app:1.0
      securityContext: {runAsUser: 10001}
`

type Sidecar = Container & {
  readonly startupProbe: { readonly exec: { readonly command: readonly string[] } }
}

t.test('the sidecar of a pod, in a container', { skip: containersMissing }, async (t) => {
  const images = await buildImages(['init'])
  t.teardown(() => images.remove())
  const server = await startFakeSsm()
  t.teardown(() => server.stop())
  server.put('/db.password', 'fakepassword1')

  const injected = run('kees', ['inject', '-f', '-', '--refresh', '1s'], { input: source })
  t.equal(injected.status, 0, injected.stderr)
  const pod: Pod = parse(injected.stdout)
  const { initContainers }: { initContainers: readonly [Container, Sidecar] } = parse(injected.stdout).spec
  const [init, sidecar] = initContainers
  const [app] = pod.spec.containers
  if (!app) throw new Error('the pod has no app')

  const folder = mkdtempSync(join(tmpdir(), 'kees-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const volumes = { 'secret-volume': join(folder, 'secret'), annotations: join(folder, 'annotations') }
  for (const one of [folder, ...Object.values(volumes)]) {
    mkdirSync(one, { recursive: true })
    // As the kubelet makes an emptyDir, whatever the umask.
    chmodSync(one, 0o777)
  }
  const declared = [['secret.bsycorp.com/db.password', 'kind=REFERENCE,type=PASSWORD']] as const
  writeFileSync(join(volumes.annotations, 'annotations'), formatAnnotationsFile(declared))
  const [port] = await freePorts(1)
  const env = {
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'fakesecret',
    LISTEN: `127.0.0.1:${port}`,
  }
  const node = { volumes, image: images.nameOf('init'), env }
  const read = "process.stdout.write(process.getuid() + ' ' + fs.readFileSync('/secret/secret'))"
  const asApp = async () => {
    const reader = { ...app, command: ['/usr/local/bin/node', '-e', read] }
    return (await engineMeanwhile(runArguments(pod, reader, { ...node, env: {} }))).stdout
  }

  const first = await engineMeanwhile(runArguments(pod, init, node))
  t.equal(first.status, 0, first.stderr)
  t.equal(await asApp(), '10001 db.password=fakepassword1\n')

  const [verb = '', ...rest] = runArguments(pod, sidecar, node)
  const id = engineSays(verb, '--detach', ...rest)
  t.teardown(() => void engine(['rm', '--force', id]))
  const probe = () => engine(['exec', id, ...sidecar.startupProbe.exec.command])
  t.equal(probe().status, 0, 'its startup probe succeeds')

  server.put('/db.password', 'fakepassword2')
  await eventually(
    'the app reads the new value',
    async () => (await asApp()) === '10001 db.password=fakepassword2\n',
  )
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  t.match(metrics, 'kees_init_refreshes_total{result="changed"} 1\n')

  engineSays('stop', '--time=30', id)
  t.equal(
    engineSays('inspect', '--format={{.State.ExitCode}}', id),
    '0',
    'it ends as it should when it is told to',
  )
  const { stdout, stderr } = engine(['logs', id])
  t.notMatch(stdout + stderr, /fakepassword/)
})
