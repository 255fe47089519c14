/** A server whose authority is replaced, and AWS_CA_BUNDLE with it, while a program runs: the clients of init and of the creator. */
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import t from 'tap'
import { openAwsCall } from '../../runtime/aws/aws-call.ts'
import { openHttp } from '../../runtime/http/http-exchange.ts'
import { readNetwork } from '../../runtime/http/network.ts'
import { failureOf } from '../../runtime/failure.ts'
import { openSsmParameterStore } from '../../runtime/store/ssm-parameter-store.ts'
import { openSsmReader } from '../../runtime/store/ssm-reader.ts'
import { command } from '../programs/tools.ts'
import { makeLoopbackCertificate } from '../servers/loopback-certificate.ts'

const { path: openssl = 'openssl', missing = false } = command('openssl')
const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'fakesecret' })

t.test('the new authority is trusted without a restart', { skip: missing }, async (t) => {
  const folder = t.testdir({})
  const [first, second] = [
    makeLoopbackCertificate(folder, openssl, { name: 'first-' }),
    makeLoopbackCertificate(folder, openssl, { name: 'second-' }),
  ]
  const pem = ({ file, key }: typeof first) => ({ cert: readFileSync(file), key: readFileSync(key) })
  const server = createServer(pem(first), (request, response) => {
    // So that each call opens a connection of its own.
    response.setHeader('connection', 'close')
    request.resume().on('end', () => response.end('{"InvalidParameters":["/a"],"Parameters":[]}'))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const endpoint = `https://localhost:${typeof address === 'object' && address ? address.port : 0}`

  for (const client of ['init', 'creator'] as const) {
    server.setSecureContext(pem(first))
    const bundle = join(folder, `${client}.pem`)
    cpSync(first.file, bundle)
    const { network, diagnostics } = readNetwork({ AWS_CA_BUNDLE: bundle })
    t.strictSame(diagnostics, [])
    const options = { region: 'eu-west-1', endpoint, credentials, requestTimeout: 60_000 }
    const { get } =
      client === 'init'
        ? openSsmReader(async () => openAwsCall({ ...options, service: 'ssm', exchange: openHttp(network) }))
        : openSsmParameterStore({ ...options, network, maxAttempts: 1 })
    const call = async () => {
      try {
        return (await get([{ name: '/a' }])).missing
      } catch (error) {
        return failureOf(error) ?? error
      }
    }
    t.strictSame(await call(), [{ name: '/a' }], client)

    server.setSecureContext(pem(second))
    const failure = await call()
    t.match(
      failure,
      { code: 'UNREACHABLE', message: /\(DEPTH_ZERO_SELF_SIGNED_CERT\)$/, hint: /AWS_CA_BUNDLE/ },
      `${client}: the server is rotated first`,
    )
    t.notMatch(JSON.stringify(failure), 'use-system-ca', 'no option of Node, which has no effect here')

    // As the kubelet replaces the file of a ConfigMap.
    mkdirSync(join(folder, `${client}-new`))
    cpSync(second.file, join(folder, `${client}-new`, 'ca.pem'))
    renameSync(join(folder, `${client}-new`, 'ca.pem'), bundle)
    t.strictSame(await call(), [{ name: '/a' }], `${client}: then the file`)
  }
})
