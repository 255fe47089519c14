/** Symptoms of docs/operations.md on pods of a node: the kubelet's report, the log of init, and what `kees doctor` prints. */
import t from 'tap'
import { storeFault, storeSymptoms } from '../../docs/store-symptoms.ts'
import { goOnCall, onCallMissing } from '../on-call.ts'

t.setTimeout(1_800_000)

t.test('each error of the store', { skip: onCallMissing }, async (t) => {
  const { namespace, createPod, ended, doctor, shell } = await goOnCall(t, 'symptoms', { fault: storeFault })
  for (const [title, { code, exit, name, log }] of Object.entries(storeSymptoms)) {
    await t.test(`${title}: ${code}`, async (t) => {
      await createPod(
        name,
        { [`secret.bsycorp.com/${name}`]: 'kind=REFERENCE,type=PASSWORD' },
        // What is retried until then is not to wait for long; for all else, the machine may be busy.
        {
          spec: { restartPolicy: 'Never' },
          env: exit === 5 ? {} : { DEADLINE: '60s', REQUEST_TIMEOUT: '10s' },
        },
      )
      t.equal((await ended(name)).exitCode, exit)
      t.match(
        await shell(`kubectl describe pod ${name} -n ${namespace}`),
        new RegExp(`Exit Code: +${exit}\n`),
      )
      const lines = await shell(`kubectl logs ${name} -n ${namespace} -c init-container`)
      t.match(lines, `"code":"${code}"`)
      t.match(lines, log)
      const { printed } = await doctor(name)
      t.match(
        printed,
        new RegExp(`^pod +error +container init-container ended with exit code ${exit}: .*/${name}\\b`, 'm'),
      )
    })
  }
})
