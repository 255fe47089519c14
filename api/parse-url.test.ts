import * as fc from 'fast-check'
import t from 'tap'
import { type Address, parseAddress, toAddress } from './parse-url.ts'
import { runs } from './test-effort.ts'

const parts = [
  'protocol',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'origin',
  'href',
  'username',
  'password',
] as const satisfies readonly (keyof Address)[]

function partsOf(address: Address | undefined): readonly string[] | undefined {
  return address && parts.map((part) => address[part])
}

function expected(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

const plain = [
  'http://127.0.0.1:4566',
  'https://ssm.eu-west-1.amazonaws.com',
  'http://localhost:80a',
  'http://localhost/',
  'https://a1.b2-c3.d4:8443/',
]
const others = [
  'http://localhost:80',
  'https://localhost:443/',
  'http://localhost:65536',
  'http://localhost:080',
  'http://0.0.0.256',
  'http://1.2.3',
  'http://01.2.3.4',
  'http://127.0.0.1.',
  'http://a.0x1',
  'http://a.1',
  'http://xn--a.com',
  'http://xn--nxasmq6b.com',
  'http://LOCALHOST',
  'http://user:pass@localhost',
  'http://localhost/path?query#hash',
  'http://[::1]:80',
  'http://a..b',
  'http://-a.b-',
  'http://a_b',
  'HTTP://a',
  ' http://a',
  'http://a\n',
  'ftp://a',
  'http:a',
  '',
]

for (const text of [...plain, ...others])
  t.strictSame(partsOf(parseAddress(text)), partsOf(expected(text)), JSON.stringify(text))

t.notOk(toAddress('http://127.0.0.1:4566') instanceof URL)
t.notOk(toAddress('https://ssm.eu-west-1.amazonaws.com') instanceof URL)
t.ok(toAddress('http://localhost:80') instanceof URL)
t.throws(() => toAddress('no address'), { code: 'ERR_INVALID_URL' })

t.test('whatever it is, the parts are those of URL', async (t) => {
  const piece = fc.constantFrom(
    'a',
    'xn',
    '-',
    '.',
    '0',
    '1',
    '25',
    '6',
    'x',
    'com',
    ':',
    '/',
    '80',
    '443',
    '@',
    '%41',
    'ß',
  )
  const host = fc.array(piece, { minLength: 1, maxLength: 9 }).map((pieces) => pieces.join(''))
  const text = fc.tuple(fc.constantFrom('http://', 'https://', 'http:/'), host).map((two) => two.join(''))
  let plainOnes = 0
  fc.assert(
    fc.property(text, (one) => {
      const address = parseAddress(one)
      if (address && !(address instanceof URL)) plainOnes++
      t.strictSame(partsOf(address), partsOf(expected(one)))
    }),
    // Chance alone may make no plain one.
    { ...runs(2000), examples: [['http://a.com'], ['https://1.25.6.80:443/']] },
  )
  t.ok(plainOnes > 0)
})
