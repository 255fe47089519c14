import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import t from 'tap'
import { readNetwork } from './network.ts'

const [bundled = '', other = '', third = ''] = rootCertificates

t.test('AWS_CA_BUNDLE replaces the default certificates, NODE_EXTRA_CA_CERTS adds to them', async (t) => {
  const folder = t.testdir({ bundle: bundled, extra: other })
  const [bundle, extra] = [join(folder, 'bundle'), join(folder, 'extra')]
  const caOf = (env: Readonly<Record<string, string>>) => {
    const { network, diagnostics } = readNetwork(env)
    t.strictSame(diagnostics, [])
    t.equal(network.env, env)
    return network.ca?.()
  }
  t.equal(caOf({}), undefined)
  t.equal(caOf({ AWS_CA_BUNDLE: '' }), undefined)
  t.equal(caOf({ NODE_EXTRA_CA_CERTS: extra }), undefined, 'Node itself adds them')
  t.strictSame(caOf({ AWS_CA_BUNDLE: bundle }), [bundled])
  t.strictSame(caOf({ AWS_CA_BUNDLE: bundle, NODE_EXTRA_CA_CERTS: extra }), [bundled, other])
  const absent = join(folder, 'absent')
  t.strictSame(caOf({ AWS_CA_BUNDLE: bundle, NODE_EXTRA_CA_CERTS: absent }), [bundled])
})

t.test('a bundle that cannot be used is a diagnostic that names it', async (t) => {
  const folder = t.testdir({ folder: {} })
  const broken = bundled.replace(/\n./, '\n*')
  writeFileSync(join(folder, 'broken'), broken)
  writeFileSync(join(folder, 'second'), `${other}\n${broken}`)
  writeFileSync(join(folder, 'cut'), bundled.slice(0, 200))
  writeFileSync(join(folder, 'key'), '-----BEGIN PRIVATE KEY-----\nfakesecret\n')
  for (const [name, why] of [
    ['absent', /cannot be read: it does not exist/],
    ['folder', /cannot be read: it is a folder/],
    ['key', /contains no certificate in PEM$/],
    ['broken', /contains a certificate that is not valid PEM: number 1$/],
    ['second', /contains a certificate that is not valid PEM: number 2$/],
    ['cut', /not valid PEM: number 1$/],
  ] as const) {
    const path = join(folder, name)
    const { network, diagnostics } = readNetwork({ AWS_CA_BUNDLE: path })
    t.equal(network.ca, undefined)
    t.match(diagnostics, [{ env: 'AWS_CA_BUNDLE', message: why }])
    t.match(diagnostics[0]?.message, path)
    t.notMatch(JSON.stringify(diagnostics), 'fakesecret')
  }
})

t.test('files that are replaced are read again, unless they cannot be used by then', async (t) => {
  const folder = t.testdir({ bundle: bundled, extra: other })
  const [bundle, extra] = [join(folder, 'bundle'), join(folder, 'extra')]
  const { network } = readNetwork({ AWS_CA_BUNDLE: bundle, NODE_EXTRA_CA_CERTS: extra })
  const replace = (file: string, text: string) => {
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  }
  replace(bundle, third)
  t.strictSame(network.ca?.(), [third, other])
  replace(extra, bundled)
  t.strictSame(network.ca?.(), [third, bundled])
  replace(bundle, 'half of a file')
  t.strictSame(network.ca?.(), [third, bundled])
  renameSync(bundle, `${bundle}.gone`)
  t.strictSame(network.ca?.(), [third, bundled])
  replace(bundle, other)
  t.strictSame(network.ca?.(), [other, bundled])
})
