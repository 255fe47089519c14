/**
 * The attacks of bench/hostile at once, with a tenth of their rates and a rule with `shared`: what holds without a clock. `npm run bench:creator -- --hostile` runs each
 * of them for minutes, under the limits of the container, and measures.
 */
import { join } from 'node:path'
import t from 'tap'
import { startHostileApi } from '../../bench/hostile/api.ts'
import { attacks, begin } from '../../bench/hostile/attacks.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { eventually } from '../programs/eventually.ts'
import { startCreator } from './process.ts'

t.setTimeout(600_000)

await t.test(
  'a hostile team neither stops the creator nor keeps another team from its secrets',
  async (t) => {
    const ssm = await startFakeSsm({
      limit: 1_000_000,
      denied: ({ name }) => name.startsWith('/evil-denied'),
    })
    const api = await startHostileApi()
    const folder = t.testdir({
      kubeconfig: api.kubeconfig,
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
      await Promise.all([api.stop(), ssm.stop()])
    })
    await eventually('it leads', () => api.holder() === 'creator')
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
      .map((attack) => begin(attack, api, 0.1))
    await eventually('the attack has its effect', async () =>
      [...(await metrics()).keys()].some((name) => name.startsWith('kees_creator_budget_refusals_total{')),
    )
    const used: number[] = []
    for (let round = 0; round < 3; round++) {
      const annotations = {
        'init.bsycorp.com/storage-prefix': '/shop',
        [`secret.bsycorp.com/token${round}`]: 'kind=DYNAMIC,type=RANDOM,size=256',
        [`secret.bsycorp.com/key${round}_private`]: 'kind=DYNAMIC,type=RSA,size=2048',
      }
      const app = { namespace: 'shop', name: `app${round}`, annotations }
      await eventually('the pod is sent', () => api.put(app))
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

    for (const stop of stops) stop()
    await eventually('nothing of it is kept', async () => {
      const now = await metrics()
      const known = now.get('kees_creator_known_parameters')
      return now.get('kees_creator_pods') === 3 && now.get('kees_creator_queue_depth') === 0 && known === 9
    })
    t.equal(end.code, undefined, 'the creator runs')
    t.notOk(creator.log.some(({ message }) => message === 'the Lease was lost'))
  },
)
