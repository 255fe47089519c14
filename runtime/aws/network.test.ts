import { readFileSync, writeFileSync } from 'node:fs'
import * as http from 'node:http'
import * as https from 'node:https'
import { join } from 'node:path'
import t from 'tap'
import { agentOptions, openAgent, readNetwork } from './network.ts'
import { HttpProxyAgent, HttpsProxyAgent } from './proxy-agent.ts'

const pem = (name: string) => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`

t.test('AWS_CA_BUNDLE replaces the default certificates, NODE_EXTRA_CA_CERTS adds to them', async (t) => {
  const folder = t.testdir({ bundle: pem('bundle'), extra: pem('extra') })
  const [bundle, extra] = [join(folder, 'bundle'), join(folder, 'extra')]
  const caOf = (env: Readonly<Record<string, string>>) => {
    const { network, diagnostics } = readNetwork(env)
    t.strictSame(diagnostics, [])
    t.equal(network.env, env)
    return network.ca
  }
  t.equal(caOf({}), undefined)
  t.equal(caOf({ AWS_CA_BUNDLE: '' }), undefined)
  t.equal(caOf({ NODE_EXTRA_CA_CERTS: extra }), undefined, 'Node itself adds them')
  t.strictSame(caOf({ AWS_CA_BUNDLE: bundle }), [pem('bundle')])
  t.strictSame(caOf({ AWS_CA_BUNDLE: bundle, NODE_EXTRA_CA_CERTS: extra }), [pem('bundle'), pem('extra')])
  const absent = join(folder, 'absent')
  t.strictSame(caOf({ AWS_CA_BUNDLE: bundle, NODE_EXTRA_CA_CERTS: absent }), [pem('bundle')])
})

t.test('a bundle that cannot be used is a diagnostic that names it', async (t) => {
  const folder = t.testdir({ folder: {} })
  writeFileSync(join(folder, 'key'), '-----BEGIN PRIVATE KEY-----\nfakesecret\n')
  for (const [name, why] of [
    ['absent', /cannot be read: it does not exist/],
    ['folder', /cannot be read: it is a folder/],
    ['key', /contains no certificate in PEM$/],
  ] as const) {
    const path = join(folder, name)
    const { network, diagnostics } = readNetwork({ AWS_CA_BUNDLE: path })
    t.equal(network.ca, undefined)
    t.match(diagnostics, [{ env: 'AWS_CA_BUNDLE', message: why }])
    t.match(diagnostics[0]?.message, path)
    t.notMatch(JSON.stringify(diagnostics), 'fakesecret')
  }
})

t.test('an agent of proxies is used only where the environment names one', async (t) => {
  const proxies = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']
  for (const name of proxies) {
    const network = { env: { [name]: 'http://proxy.example.test:3128' } }
    t.type(await openAgent('https:', network), HttpsProxyAgent, name)
    t.type(await openAgent('http:', network), HttpProxyAgent, name)
  }
  for (const env of [{}, { NO_PROXY: '*' }, Object.fromEntries(proxies.map((name) => [name, '']))]) {
    const [secure, plain] = [await openAgent('https:', { env }), await openAgent('http:', { env })]
    t.equal(secure.constructor, https.Agent)
    t.equal(plain.constructor, http.Agent)
  }
})

t.test('connections are kept open, and trust the bundle alone', async (t) => {
  t.strictSame(agentOptions({}), { keepAlive: true, timeout: 60_000 })
  const ca = [readFileSync(join(t.testdir({ ca: pem('ca') }), 'ca'), 'utf8')]
  t.strictSame(agentOptions({ ca }), { keepAlive: true, timeout: 60_000, ca })
  t.match(await openAgent('https:', { ca }), { options: { ca } })
})
