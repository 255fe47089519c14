import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../../api/test-effort.ts'
import { escapeText, type TextEscape } from './escape.ts'

const hostile = `p@ss/w:r?d#[]!$&'()*+,;= %"\\<>\u00e9\u{1f600}`

const escaped: readonly (readonly [escape: TextEscape, text: string, expected: string])[] = [
  ['url', 'AZaz09-._~', 'AZaz09-._~'],
  [
    'url',
    hostile,
    'p%40ss%2Fw%3Ar%3Fd%23%5B%5D%21%24%26%27%28%29%2A%2B%2C%3B%3D%20%25%22%5C%3C%3E%C3%A9%F0%9F%98%80',
  ],
  ['url', '\r\n\0', '%0D%0A%00'],
  ['json', 'a"b\\c\n\0', 'a\\"b\\\\c\\n\\u0000'],
  ['xml', `<a b="c">&'\t\r\n`, '&#60;a b=&#34;c&#34;&#62;&#38;&#39;&#9;&#13;&#10;'],
  ['xml', '\u{1f600}\ufffd', '\u{1f600}\ufffd'],
  ['properties', ' a=b:c\\\n\u00e9\u{1f600}#!', '\\ a\\=b\\:c\\\\\\n\\u00e9\\ud83d\\ude00\\#\\!'],
]
for (const [escape, text, value] of escaped) t.strictSame(escapeText(text, escape), { value }, escape)

for (const text of ['hunter2\0', 'hunter2\u000b', 'hunter2\u001f', 'hunter2\ufffe', 'hunter2\uffff'])
  t.strictSame(escapeText(text, 'xml'), {
    diagnostics: [
      {
        message: 'contains a character that XML cannot represent',
        hint: 'store a value without it, or write $(name:base64)',
      },
    ],
  })

const anyText = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => text.isWellFormed())

t.test('a URL has the value in the place where it was put, and nowhere else', async (t) => {
  fc.assert(
    fc.property(anyText, anyText, (user, password) => {
      const value = (text: string) => escapeText(text, 'url').value ?? ''
      const text = `postgres://u${value(user)}:p${value(password)}@db:5432/a${value(password)}b?k=${value(user)}&l=${value(password)}#${value(user)}`
      const url = new URL(text)
      t.strictSame([url.username, url.password, url.host, url.pathname, url.hash].map(decodeURIComponent), [
        `u${user}`,
        `p${password}`,
        'db:5432',
        `/a${password}b`,
        user === '' ? '' : `#${user}`,
      ])
      t.strictSame(
        [...url.searchParams],
        [
          ['k', user],
          ['l', password],
        ],
      )
    }),
    runs(300),
  )
})

t.test('JSON has the value in the string where it was put', async (t) => {
  fc.assert(
    fc.property(anyText, (text) => {
      const value = escapeText(text, 'json').value ?? ''
      t.strictSame(JSON.parse(`{"a":"<${value}>","b":["${value}"]}`), { a: `<${text}>`, b: [text] })
    }),
    runs(300),
  )
})
