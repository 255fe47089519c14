/** docs/operations.md has a row for every exit code, error code, Event reason and metric, and its commands work. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { exitCode } from '../../api/exit-code.ts'
import { creatorFlags } from '../../scripts/bundle.ts'
import { eventReasons } from '../../runtime/creator/claims/event-reasons.ts'
import { metricTable } from '../../runtime/creator/report/metric-table.ts'
import { failureCodes } from '../../runtime/failure.ts'
import { refreshMetrics } from '../../runtime/init/refresh/refresh-metrics.ts'
import { create, createNamespace, createPod, deployment } from '../creator/cluster-workloads.ts'
import { controlPlaneMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { root, run } from '../programs/programs.ts'
import { parseReadmeBlocks } from './readme-commands.ts'
import { kubectl } from '../programs/tools.ts'

const text = readFileSync(join(root, 'docs/operations.md'), 'utf8')
const sectionOf = (heading: string) =>
  text.split(new RegExp(`^## ${heading}$`, 'm'))[1]?.split(/^## /m)[0] ?? ''
/** The code spans in the first cells of the tables of a section. */
const entriesOf = (heading: string) =>
  [...sectionOf(heading).matchAll(/^\| ([^|]+) \|/gm)]
    .flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, entry = '']) => entry))
    .toSorted()

t.test('every exit code has a row', async (t) => {
  const rows = [...sectionOf('By exit code').matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
  // The last is the kernel's.
  t.strictSame(rows, [...Object.values(exitCode), 137])
})

t.test('every code that a report can have has a row, and there are no other rows', async (t) => {
  const types = readFileSync(join(root, 'api/diagnostic.ts'), 'utf8')
  const [diagnostics = ''] = /DiagnosticCode =[^]*?\n\n/.exec(types) ?? []
  const ofDiagnostics = [...diagnostics.matchAll(/'(\w+)'/g)].map(([, code = '']) => code)
  t.ok(ofDiagnostics.length > 15)
  const inReports = globSync('runtime/init/**/*.ts', { cwd: root, exclude: ['**/*.test.ts'] })
    .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/\bcode: '([A-Z_]+)'/g)])
    .map(([, code = '']) => code)
  t.ok(inReports.includes('MISMATCHED_PAIR'))
  const codes = new Set([...failureCodes, ...ofDiagnostics, ...inReports])
  t.strictSame(entriesOf('By error code'), [...codes].toSorted())
})

t.test('the creator has its own flags with a larger heap too', async (t) => {
  const [, command = ''] = /command: \[([^\]]+)\]/.exec(sectionOf('Quotas')) ?? []
  t.equal(
    command.replace(/=\d+/, '='),
    ['/usr/local/bin/node', ...creatorFlags.replace(/\d+$/, '').split(' '), '/usr/local/bin/creator'].join(
      ', ',
    ),
  )
})

t.test('every reason of an Event has a row', async (t) => {
  t.strictSame(entriesOf('By Event reason'), Object.keys(eventReasons).toSorted())
})

t.test('every metric has a row', async (t) => {
  const shown = refreshMetrics('1', 0, () => 0).text()
  const ofInit = [...shown.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name)
  t.ok(ofInit.length > 4)
  const ofCreator = Object.keys(metricTable).map((name) => `kees_creator_${name}`)
  t.strictSame(entriesOf('Metrics'), [...ofInit, ...ofCreator].toSorted())
})

t.test('a secret is rotated as the page describes', async (t) => {
  const section = sectionOf('Rotating a secret')
  const states = [...section.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, annotations = '']) => {
    const input = stringify(deployment('default', 'app', parse(annotations)))
    const { stdout, stderr, status } = run('kees', ['inject', '--strict', '-f', '-'], { input })
    t.equal(status, 0, stderr)
    return stdout
  })
  t.equal(states.length, 3)
  const [before = '', both = '', after = ''] = states
  const folder = t.testdir({ 'before.yaml': before, 'both.yaml': both, 'after.yaml': after })
  const env = { KEES_STORE: `file:${join(folder, 'store')}` }
  const created = (manifest: string) => {
    const { stderr, status } = run('kees', ['create', '-f', '-'], { env, input: manifest })
    t.equal(status, 0, stderr)
    const files = globSync('*', { cwd: join(folder, 'store') }).toSorted()
    return new Map(files.map((file) => [file, readFileSync(join(folder, 'store', file), 'utf8')]))
  }
  const names = (version: string) => [`/signingKey.${version}_private`, `/signingKey.${version}_public`]
  const files = (version: string) => names(version).map((name) => encodeURIComponent(name))
  const old = created(before)
  t.strictSame([...old.keys()], files('v1'))
  const all = created(both)
  t.strictSame([...all.keys()], [...files('v1'), ...files('v2')])
  for (const [file, value] of old) t.equal(all.get(file), value, 'the old pair is as it was')

  const changed = (version: string) => names(version).map((parameter) => ({ parameter }))
  const changes = (from: string, to: string) => {
    const { stdout } = run('kees', ['diff', '--format', 'json', from, to], { cwd: folder })
    const found: readonly unknown[] = JSON.parse(stdout)
    return found
  }
  t.match(changes('before.yaml', 'both.yaml'), [{ gains: changed('v2'), loses: [] }])
  t.match(changes('both.yaml', 'after.yaml'), [{ gains: [], loses: changed('v1') }])
  const [, deleted = ''] = /delete-parameters --names (.+)$/m.exec(section) ?? []
  t.strictSame(deleted.split(' '), names('v1'), 'what is deleted in the end is the old pair')
})

t.test(
  'a rotated secret is deleted only if the list of pods could be read and does not name it',
  async (t) => {
    const [script = ''] = /^declared=[^]*?delete-parameters.*$/m.exec(sectionOf('Rotating a secret')) ?? []
    for (const [listed, isDeleted] of [
      ['echo "secret.bsycorp.com/signingKey.v2_private: kind=DYNAMIC"', true],
      ['echo "secret.bsycorp.com/signingKey.v1_public: kind=DYNAMIC"', false],
      ['return 1', false],
      ['echo "kind: List"; return 1', false],
    ] as const) {
      const stubs = `kubectl() { ${listed}; }\naws() { echo deleted; }\n`
      const { stdout } = run('bash', ['-c', stubs + script])
      t.equal(stdout.includes('deleted'), isDeleted, listed)
    }
  },
)

const { missing } = kubectl()

t.test('a pod does not start', { skip: controlPlaneMissing || (missing ?? false) }, async (t) => {
  const cluster = await sharedControlPlane(t)
  await createNamespace(cluster, 'shop')
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }
  await create(cluster, 'api/v1', 'shop', 'serviceaccounts', account)
  await createPod(cluster, 'shop', 'orders-5d9c7', {
    'init.bsycorp.com/storage-prefix': '/shop',
    'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD',
    'secret.bsycorp.com/session.key': 'kind=DYNAMIC,type=RANDOM,size=256',
  })
  const env = { KUBECONFIG: cluster.kubeconfig, KEES_STORE: `file:${join(t.testdir({}), 'store')}` }
  const shell = (script: string, input = '') => run('bash', ['-euc', `exec 2>&1\n${script}`], { env, input })

  await t.test('the message of init is found in either state', async (t) => {
    const ended = (message: string) => ({ terminated: { exitCode: 3, message } })
    const waiting = { waiting: { reason: 'CrashLoopBackOff' } }
    const container = { name: 'init-container', image: 'init', imageID: '', ready: false, restartCount: 1 }
    const [script = ''] = /^kubectl get pod orders\S+ -n shop -o jsonpath=[^]*?^\S*'$/m.exec(text) ?? []
    for (const [states, said] of [
      [{ state: waiting, lastState: ended('first') }, 'init-container:\n\nfirst\n'],
      [{ state: ended('second'), lastState: ended('first') }, 'init-container:\nsecond\nfirst\n'],
      [{ state: ended('only one') }, 'init-container:\nonly one\n\n'],
    ] as const) {
      const status = { initContainerStatuses: [{ ...container, ...states }] }
      const path = '/api/v1/namespaces/shop/pods/orders-5d9c7/status'
      t.match(await cluster.request('PATCH', path, { status }), { status: 200 })
      t.equal(shell(script).stdout, said)
    }
  })
  await t.test('kees create replaces the creator', async (t) => {
    const [script = ''] = /^kubectl get pods -n shop .*kees create.*$/m.exec(text) ?? []
    const { stdout, status } = shell(script)
    t.match(stdout, /^\/shop\/session\.key +RANDOM +256 +created$/m)
    t.equal(status, 0)
  })
  await t.test('kees status shows what the page shows', async (t) => {
    const sessions = parseReadmeBlocks(text).flatMap((one) => (one.type === 'session' ? one.commands : []))
    t.equal(sessions.length, 1)
    for (const { command, shown } of sessions) t.equal(shell(command).stdout, shown)
  })
  await t.test('the Events of the creator are found', async (t) => {
    for (const [name, component] of [
      ['ours', 'kees-creator'],
      ['other', 'kubelet'],
    ] as const) {
      const involvedObject = { apiVersion: 'v1', kind: 'Pod', name: 'orders-5d9c7', namespace: 'shop' }
      const event = { apiVersion: 'v1', kind: 'Event', metadata: { name }, involvedObject }
      const said = { type: 'Warning', reason: 'Conflict', message: name, source: { component } }
      await create(cluster, 'api/v1', 'shop', 'events', { ...event, ...said })
    }
    const [, everybody = ''] = /`(kubectl get events -A [^`]+)`/.exec(text) ?? []
    const { stdout } = shell(`${everybody} -o name`)
    t.equal(stdout, 'event/ours\n')
    const [, ofPod = ''] = /`(kubectl events -n shop --for pod\/)NAME`/.exec(text) ?? []
    t.match(shell(`${ofPod}orders-5d9c7`).stdout, /Conflict +Pod\/orders-5d9c7 +ours/)
  })
})
