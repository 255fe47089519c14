/**
 * The attacks of bench/hostile at once, with a tenth of their rates and a rule with `shared`: what holds without a clock. `npm run bench:creator -- --hostile` runs each
 * of them for minutes, under the limits of the container, and measures.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startHostileApi } from '../../bench/hostile/api.ts'
import { begin } from '../../bench/hostile/attacker.ts'
import { attacks } from '../../bench/hostile/attacks.ts'
import { podClient } from '../../bench/hostile/pod-client.ts'
import { kubeconfigOf } from '../../bench/replayed-pods.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { eventually } from '../programs/eventually.ts'
import { root } from '../programs/programs.ts'
import { startCreator } from './process.ts'

t.setTimeout(600_000)

await t.test(
  'a hostile team neither stops the creator nor keeps another team from its secrets',
  async (t) => {
    const ssm = await startFakeSsm({
      limit: 1_000_000,
      denied: ({ name }) => name.startsWith('/evil-denied'),
    })
    const server = await startHostileApi()
    const api = podClient(server.url, false)
    const folder = t.testdir({
      kubeconfig: kubeconfigOf(server.url),
      'policy.yaml': `
apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
spec:
  rules:
    - {namespaces: ["evil*"], prefixes: ["/{namespace}"], shared: true, maxClaims: 500, maxBytes: 4000000, maxEvents: 50}
    - {namespaces: ["*"], prefixes: ["/{namespace}"]}
`,
    })
    const creator = await startCreator({
      KUBECONFIG: join(folder, 'kubeconfig'),
      POLICY_FILE: join(folder, 'policy.yaml'),
      POD_NAME: 'creator',
      POD_NAMESPACE: 'kees',
      AWS_ENDPOINT_URL: ssm.endpoint,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    })
    const end = { code: undefined as unknown }
    void creator.ended.then((code) => (end.code = code))
    t.teardown(async () => {
      await creator.kill()
      await Promise.all([server.stop(), ssm.stop()])
    })
    await eventually('it leads', async () => (await api.status()).holder === 'creator')
    const metrics = async () => {
      const { text } = await creator.get('/metrics')
      return new Map(
        text.split('\n').map((line) => [line.replace(/ \S+$/, ''), Number(line.split(' ').at(-1))]),
      )
    }
    const has = (name: string) => ssm.stored.newest(name) !== undefined
    const ofAttack = () => {
      const puts = ssm.calls.filter(({ action }) => action === 'PutParameter').flatMap(({ names }) => names)
      return new Set(puts.filter((name) => name.startsWith('/evil'))).size
    }

    const stops = attacks
      .filter(({ name }) => name !== '500 namespaces')
      .map((attack) => begin(attack, podClient(server.url, true), 0.1))
    await eventually('the attack has its effect', async () =>
      [...(await metrics())].some(
        ([name, value]) => name.startsWith('kees_creator_budget_refusals_total{') && value > 0,
      ),
    )
    const used: number[] = []
    for (let round = 0; round < 3; round++) {
      const annotations = {
        'init.bsycorp.com/storage-prefix': '/shop',
        [`secret.bsycorp.com/token${round}`]: 'kind=DYNAMIC,type=RANDOM,size=256',
        [`secret.bsycorp.com/key${round}_private`]: 'kind=DYNAMIC,type=RSA,size=2048',
      }
      const app = { namespace: 'shop', name: `app${round}`, annotations }
      await api.put(app)
      await eventually(
        'the other team has its secrets, or the creator has ended',
        () => end.code !== undefined || (has(`/shop/token${round}`) && has(`/shop/key${round}_public`)),
      )
      const now = await metrics()
      used.push(now.get('kees_creator_heap_bytes{kind="used"}') ?? NaN)
      for (const budget of ['maxClaims', 'maxBytes', 'heap'])
        t.ok((now.get(`kees_creator_budget_used_ratio{budget="${budget}"}`) ?? 2) <= 1, `${budget} holds`)
      t.ok((now.get('kees_creator_events_waiting') ?? Infinity) <= 5000, 'few Events wait')
      t.equal(now.get('kees_creator_leading'), 1)
    }
    t.ok(ofAttack() < 5000, `of tens of thousands that the first team asked for, ${ofAttack()} exist`)
    const limit = (await metrics()).get('kees_creator_heap_bytes{kind="limit"}') ?? 0
    t.ok(Math.max(...used) < limit, `the heap has ${Math.max(...used)} bytes, the limit is ${limit}`)

    await Promise.all(stops.map((stop) => stop()))
    await eventually('nothing of it is kept', async () => {
      const now = await metrics()
      const known = now.get('kees_creator_known_parameters')
      return now.get('kees_creator_pods') === 3 && now.get('kees_creator_queue_depth') === 0 && known === 9
    })
    t.equal(end.code, undefined, 'the creator runs')
    t.notOk(creator.log.some(({ message }) => message === 'the Lease was lost'))
  },
)

await t.test('a benchmark that is interrupted leaves no process and no cgroup', async (t) => {
  // In a process group of its own, with all that it starts.
  const bench = spawn(process.execPath, [join(root, 'bench', 'creator.ts'), '--hostile'], {
    env: { ...process.env, KEES_HOSTILE_SECONDS: '600' },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const group = -(bench.pid ?? 0)
  const ended = once(bench, 'exit')
  let said = ''
  bench.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const cgroups = ['', 'memory', 'cpu'].map((one) => join('/sys/fs/cgroup', one, `kees-hostile-${bench.pid}`))
  t.teardown(() => isAlive(group) && process.kill(group, 'SIGKILL'))
  await eventually(
    'the creator leads, or the benchmark has ended',
    () => said.includes('leads') || !isAlive(group),
  )
  t.equal(cgroups.some(existsSync), !said.includes('WITHOUT A CGROUP'), said)
  bench.kill('SIGTERM')
  t.equal((await ended)[0], 143, said)
  t.notOk(isAlive(group), 'no process is left')
  t.strictSame(cgroups.filter(existsSync), [])
})

/** @param pid of a process; with a minus sign, of a process group. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
