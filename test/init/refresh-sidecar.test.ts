/** What inject-init adds with `refresh`, before a real API server: a native sidecar, in a namespace that is restricted. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { initCommand } from '../../api/settings/init-args.ts'
import { controlPlaneMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { root, run } from '../programs/programs.ts'
import { kpt } from '../programs/tools.ts'

const workload = (kind: string, apiVersion: string, spec: string) => `apiVersion: ${apiVersion}
kind: ${kind}
metadata: {name: app}
spec:
${spec}  template:
    metadata:
      labels: {app: app}
      annotations:
        secret.bsycorp.com/db.password: kind=REFERENCE,type=PASSWORD
    spec:
      ${kind === 'Job' ? 'restartPolicy: Never' : '# restarted'}
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: app
          image: example/app:1.0
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
`

const inject = (text: string) => {
  const { status, stdout, stderr } = run('kees', ['inject', '-f', '-', '--refresh', '5m'], { input: text })
  if (status !== 0) throw new Error(stderr)
  return parse(stdout)
}

t.test('the probe starts the program as the image does, without flags for a faster start', async (t) => {
  const dockerfile = readFileSync(join(root, 'scripts/images/Dockerfile'), 'utf8')
  const [, entryPoint = ''] = /^FROM .* AS init$[^]*?^ENTRYPOINT (.*)$/m.exec(dockerfile) ?? []
  const command: readonly string[] = JSON.parse(entryPoint)
  t.strictSame(
    command.filter((each) => !each.startsWith('--')),
    initCommand,
  )
})

t.test(
  'the API server takes it as a native sidecar, under Pod Security "restricted"',
  { skip: controlPlaneMissing },
  async (t) => {
    const cluster = await sharedControlPlane(t)
    const enforce = { 'pod-security.kubernetes.io/enforce': 'restricted' }
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'app', labels: enforce } }
    t.equal((await cluster.request('POST', '/api/v1/namespaces', namespace)).status, 201)
    const sidecar = {
      name: 'refresh-container',
      restartPolicy: 'Always',
      args: ['--refresh', '5m'],
      startupProbe: { exec: { command: [...initCommand, '--check'] } },
    }
    const initContainers = [{ name: 'init-container' }, sidecar]

    const job = inject(workload('Job', 'batch/v1', '  backoffLimit: 0\n'))
    const jobs = await cluster.request('POST', '/apis/batch/v1/namespaces/app/jobs', job)
    t.match(jobs, { status: 201, body: { spec: { template: { spec: { initContainers } } } } })

    const { spec } = inject(workload('Deployment', 'apps/v1', '  selector: {matchLabels: {app: app}}\n'))
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'app', ...spec.template.metadata },
      spec: spec.template.spec,
    }
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }
    await cluster.request('POST', '/api/v1/namespaces/app/serviceaccounts', account)
    const pods = await cluster.request('POST', '/api/v1/namespaces/app/pods', pod)
    t.match(pods, { status: 201, body: { spec: { initContainers } } })
  },
)

const kptfile = `apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: app
  annotations: {config.kubernetes.io/local-config: "true"}
pipeline:
  mutators:
    - exec: inject-init
      configPath: inject-init.yaml
`
const options = (refresh: string) => `apiVersion: kees.bsycorp.com/v1alpha1
kind: InjectInit
metadata:
  name: inject-init
  annotations: {config.kubernetes.io/local-config: "true"}
spec:
  refresh: "${refresh}"
`
const commented = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  template:
    metadata:
      annotations:
        secret.bsycorp.com/db.password: kind=REFERENCE,type=PASSWORD # stored by hand
    spec:
      initContainers:
        - name: wait # for the database
          image: example/wait:1.0 # pinned
      containers:
        - name: app # the app
          image: example/app:1.0
`

t.test(
  'kpt adds and removes the sidecar without other changes, and keeps comments',
  { skip: kpt().missing ?? false },
  async (t) => {
    const folder = t.testdir({ Kptfile: kptfile, 'app.yaml': commented })
    const render = (refresh: string) => {
      writeFileSync(join(folder, 'inject-init.yaml'), options(refresh))
      const { status, stderr } = run(kpt().path ?? '', ['fn', 'render', '--allow-exec', folder])
      t.equal(status, 0, stderr)
      return readFileSync(join(folder, 'app.yaml'), 'utf8')
    }
    const without = render('')
    const refreshing = render('5m')
    t.match(parse(refreshing).spec.template.spec.initContainers, [
      { name: 'init-container' },
      { name: 'refresh-container', restartPolicy: 'Always' },
      { name: 'wait' },
    ])
    for (const line of commented.split('\n').filter((one) => one.includes('#')))
      t.ok(refreshing.includes(`${line}\n`), line)
    t.equal(render('5m'), refreshing, 'a second time it changes nothing')
    t.equal(render(''), without)
  },
)
