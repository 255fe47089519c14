import t from 'tap'
import { formatHead } from './request-head.ts'

t.test('a head has a line for each header', async (t) => {
  t.equal(
    formatHead('POST', '/a?b=c', { host: 'h:1', 'x-a': 'b\tc \u00e9' }),
    'POST /a?b=c HTTP/1.1\r\nhost: h:1\r\nx-a: b\tc \u00e9\r\n\r\n',
  )
  t.equal(formatHead('CONNECT', '[::1]:443', {}), 'CONNECT [::1]:443 HTTP/1.1\r\n\r\n')
})

t.test('what could forge a line, or has no single byte, is refused', async (t) => {
  for (const value of ['a\r\nb: c', 'a\nb', 'a\rb', 'a\0', '\x7f', '\u0100', '\u20ac'])
    t.throws(
      () => formatHead('GET', '/', { 'x-a': value }),
      { code: 'ERR_INVALID_CHAR' },
      JSON.stringify(value),
    )
  for (const name of ['', 'a b', 'a:', 'a\r\nb', '\u00e9'])
    t.throws(
      () => formatHead('GET', '/', { [name]: 'a' }),
      { code: 'ERR_INVALID_HTTP_TOKEN' },
      JSON.stringify(name),
    )
  for (const target of ['', '/a b', '/a\r\nb', '/\u00e9'])
    t.throws(
      () => formatHead('GET', target, {}),
      { code: 'ERR_UNESCAPED_CHARACTERS' },
      JSON.stringify(target),
    )
})
