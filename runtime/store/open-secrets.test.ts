import { join } from 'node:path'
import t from 'tap'
import { failureOf } from '../failure.ts'
import type { Fault } from '../fake-ssm/faults.ts'
import { startFakeSsm } from '../fake-ssm/server.ts'
import { openSecrets } from './open-secrets.ts'

const ref = { from: 'secretsmanager', name: 'rds!db' } as const

const faults: readonly Fault[] = [
  { kind: 'error', status: 400, type: 'ThrottlingException' },
  { kind: 'reset' },
]

async function failureIn(work: Promise<unknown>) {
  return failureOf(await work.then(String, (error: unknown) => error))
}

t.test('region, credentials and address are those of the environment', async (t) => {
  const server = await startFakeSsm({
    region: 'eu-west-3',
    secretOf: () => 'fakesecret',
    fault: ({ index }) => (index < 2 ? faults[index] : undefined),
  })
  t.teardown(() => server.stop())
  server.secrets.put('rds!db', 'fakepassword')
  // The SDK reads the environment of the process.
  const before = process.env
  t.teardown(() => (process.env = before))
  const env = {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'fakesecret',
    AWS_DEFAULT_REGION: 'eu-west-3',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: server.endpoint,
    AWS_CONFIG_FILE: join(t.testdir(), 'none'),
    AWS_SHARED_CREDENTIALS_FILE: join(t.testdir(), 'none'),
  }
  process.env = env
  const { secrets, diagnostics } = openSecrets({ kind: 'ssm' }, env, 60_000)
  t.strictSame(diagnostics, [])
  t.equal(server.calls.length, 0, 'nothing is requested before a secret is')
  t.equal((await secrets.get(ref))?.value.reveal(), 'fakepassword', 'the third attempt succeeds')
  t.equal(server.calls.length, 3)
  t.equal(await secrets.exists(ref), true)
})

t.test('no credentials and no region are failures', async (t) => {
  const before = process.env
  t.teardown(() => (process.env = before))
  const none = join(t.testdir(), 'none')
  const env = {
    AWS_CONFIG_FILE: none,
    AWS_SHARED_CREDENTIALS_FILE: none,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  }
  process.env = env
  const open = (more: object) => openSecrets({ kind: 'ssm' }, { ...env, ...more }, 60_000).secrets
  t.match(await failureIn(open({}).get(ref)), { code: 'REGION_MISSING' })
  t.match(await failureIn(open({ AWS_REGION: 'eu-west-3' }).get(ref)), { code: 'CREDENTIALS_MISSING' })
})

t.test('a wrong address is reported, and a folder has no secrets', async (t) => {
  const env = { AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://moto:5000' }
  t.match(openSecrets({ kind: 'ssm' }, env, 1000).diagnostics, [{ env: 'AWS_ENDPOINT_URL_SECRETS_MANAGER' }])
  const { secrets, diagnostics } = openSecrets({ kind: 'file', folder: '/none' }, env, 1000)
  t.strictSame(diagnostics, [])
  t.match(await failureIn(secrets.get(ref)), { code: 'SELECTOR_UNSUPPORTED' })
})
