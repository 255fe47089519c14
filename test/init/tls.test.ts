/** The built init over TLS, as it speaks to AWS: with a certificate that it trusts, and with one that it does not. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { makeLoopbackCertificate } from '../servers/loopback-certificate.ts'
import { startTlsTerminator } from '../servers/tls-terminator.ts'
import { runBeside } from '../programs/run-beside.ts'
import { command } from '../programs/tools.ts'

const { path: openssl = 'openssl', missing = false } = command('openssl')

t.test('init over TLS', { skip: missing }, async (t) => {
  const folder = t.testdir({
    annotations: formatAnnotationsFile([['secret.bsycorp.com/a', 'kind=REFERENCE,type=PASSWORD']]),
  })
  const path = (name: string) => join(folder, name)
  const { file, key } = makeLoopbackCertificate(folder, openssl)

  const fake = await startFakeSsm({ secretOf: () => 'fakesecret' })
  t.teardown(() => fake.stop())
  fake.put('/a', 'fakepassword')
  const tls = await startTlsTerminator({ file, key }, Number(new URL(fake.endpoint).port))
  t.teardown(tls.stop)

  const init = async (folderName: string, env: NodeJS.ProcessEnv) => {
    mkdirSync(path(folderName))
    return await runBeside('init', [], {
      env: {
        ANNOTATIONS_FILE: path('annotations'),
        SECRETS_FILE: join(path(folderName), 'secret'),
        AWS_ENDPOINT_URL: `https://localhost:${tls.port}`,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'fakesecret',
        DEADLINE: '300s',
        ...env,
      },
    })
  }

  const trusted = await init('trusted', { NODE_EXTRA_CA_CERTS: file })
  t.equal(trusted.status, 0, trusted.stderr)
  t.equal(readFileSync(path('trusted/secret'), 'utf8'), 'a=fakepassword\n')

  const calls = fake.calls.length
  const strange = await init('strange', { DEADLINE: '2s' })
  t.equal(strange.status, 5, strange.stderr)
  t.match(strange.stderr, /SSM at localhost:\d+ was not reached \(DEPTH_ZERO_SELF_SIGNED_CERT\)/)
  t.equal(fake.calls.length, calls, 'no request is sent over an untrusted connection')
})
