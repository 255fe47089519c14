/** docs/operations.md at three in the morning: the way to the store, to STS and to the API server is cut, by one line of iptables each. */
import t from 'tap'
import { goOnCall, onCallMissing } from './on-call.ts'

t.setTimeout(900_000)

const annotations = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' }

t.test('what cannot be reached is named, and pods start once it can', { skip: onCallMissing }, async (t) => {
  const { cut, createPod, ended, doctor, kees, store, namespace, becomesReady, cluster } = await goOnCall(
    t,
    'on-call',
  )
  store.put('/db.password', 'fakepassword')
  const restore = await Promise.all([cut.store(), cut.sts()])
  await Promise.all([
    createPod('by-keys', annotations),
    createPod('by-role', annotations, { identity: 'role' }),
  ])

  await t.test('the store', async (t) => {
    t.match(await ended('by-keys'), { exitCode: 5, message: /SSM at 10\.99\.0\.1:\d+ was not reached/ })
    const { printed, exit } = await doctor('by-keys')
    t.equal(exit, 5, printed)
    t.match(
      printed,
      /^pod +error +container init-container ended with exit code 5(, and runs again)?: .*SSM at 10\.99\.0\.1:\d+ was not reached/m,
    )
    t.match(printed, /^ +hint: check the network, DNS and the endpoint that the message names$/m)
    // The laptop reaches it, so it is the network of the pods.
    t.match(printed, /^parameters +ok +1 of 1 exist$/m)
    const pods = await cluster.kubectl(['-n', namespace, 'get', 'pod', 'by-keys', '-o', 'yaml'])
    t.match((await kees(['status', '-f', '-'], pods)).stdout, / \/db\.password +exists\n/)
  })

  await t.test('STS', async (t) => {
    t.match(await ended('by-role'), { exitCode: 5, message: /STS at 10\.99\.0\.1:\d+ was not reached/ })
    const { printed, exit } = await doctor('by-role')
    t.equal(exit, 5, printed)
    t.match(printed, /^pod +error +.*STS at 10\.99\.0\.1:\d+ was not reached/m)
  })

  for (const one of restore) await one()
  await Promise.all([becomesReady('by-keys'), becomesReady('by-role')])

  await t.test('the API server', async (t) => {
    const end = await cut.laptop()
    const { printed, exit } = await doctor('by-keys')
    t.equal(exit, 5, printed)
    t.match(printed, /^error: kubectl get pod by-keys: the API server did not answer$/m)
    const { stdout, status } = await kees(['doctor'])
    t.equal(status, 5, stdout)
    t.match(
      stdout,
      /^kubernetes +error +kubectl get \/version: the API server did not answer: .*\n +hint: check the network and the context/m,
    )
    t.notMatch(stdout, /^creator|^kubelets/m)
    t.match(stdout, /^credentials +ok +you are arn:aws:iam::111122223333:user\/on-call$/m)
    await end()
    for (const pod of ['by-keys', 'by-role']) {
      const found = await doctor(pod)
      t.match(found.printed, /^pod +ok +its phase is Running$/m)
      t.match(found.printed, /^kubernetes +ok /m)
    }
  })
})
