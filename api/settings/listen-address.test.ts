import t from 'tap'
import { formatListenAddress, parseListenAddress } from './listen-address.ts'

const addresses = [
  ['127.0.0.1:9929', '127.0.0.1', 9929],
  [':8080', '', 8080],
  ['localhost:1', 'localhost', 1],
  ['[::1]:65535', '::1', 65_535],
  ['127.0.0.1:0', '127.0.0.1', 0],
] as const
for (const [text, host, port] of addresses) {
  t.strictSame(parseListenAddress(text), { value: { host, port } }, `${text} is an address`)
  t.equal(formatListenAddress({ host, port }), text)
}
for (const text of [
  '',
  '8080',
  '127.0.0.1',
  'my_host:80',
  ':65536',
  '::1:80',
  'http://a:80',
  'a b:80',
  '[::1]',
  ':x',
])
  t.match(
    parseListenAddress(text),
    { diagnostics: [{ message: /^is not an address and a port/ }] },
    `${text} is none`,
  )
