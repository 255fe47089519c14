import fc from 'fast-check'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { value as values } from '../yaml/arbitrary-yaml.ts'
import { prefilter } from './prefilter.ts'

const contains = (source: string, text: string) => prefilter(source)(0, source.length)(text)

const key = 'secret.bsycorp.com/x'

t.test('a key is found however it is written', async (t) => {
  for (const source of [
    `${key}: 1`,
    `"${key}": 1`,
    String.raw`"secret.bsycorp.com\/x": 1`,
    String.raw`"secret.bsycorp\x2ecom/x": 1`,
    String.raw`"secret.bsycorp\u002ecom/x": 1`,
    String.raw`"\U00000073ecret.bsycorp.com/x": 1`,
    '? "secret.bsy\\\n  corp.com/x"\n: 1',
    '? "secret.bsy\\\r\n  corp.com/x"\n: 1',
    `? >-\n  ${key}\n: 1`,
  ]) {
    t.strictSame(Object.keys(Object(parse(source))), [key], source)
    t.ok(contains(source, '.bsycorp.com/'), source)
  }
  t.notOk(contains('a: "b\\n\\"c\\\\"', '.bsycorp.com/'))
})

t.test('a key in base64 may be any text', async (t) => {
  const tags = ['!!binary', '!<tag:yaml.org,2002:binary>', '!!bin%61ry', '!<tag:yaml.org,2002:%62inary>']
  for (const tag of tags) t.ok(contains(`${tag} c2VjcmV0LmJzeWNvcnAuY29tL3g=: 1`, '.bsycorp.com/'), tag)
  for (const text of ['!binary a', 'a: !!str 100%', 'binaryData: {}'])
    t.notOk(contains(text, '.bsycorp.com/'), text)
})

t.test('what another library prints contains the text that is in it', async () => {
  const styles = fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED')
  fc.assert(
    fc.property(values.value, styles, fc.constantFrom(0, 20), (value, style, lineWidth) =>
      contains(stringify([value, { [key]: value }], { defaultStringType: style, lineWidth }), key),
    ),
  )
})

t.test('each piece is checked for its own keys, in any order', async (t) => {
  const source = 'a b a \\/ c'
  const either = /[bc]/g
  const pieces = [
    [0, 2],
    [2, 4],
    [4, 6],
    [6, 9],
    [9, 10],
  ] as const
  const mentionsOf = prefilter(source)
  for (const order of [
    [0, 1, 2, 3, 4],
    [4, 3, 2, 1, 0],
    [2, 0, 4, 1, 3],
  ]) {
    for (const index of order) {
      const [start, end] = pieces[index] ?? [0, 0]
      const own = source.slice(start, end)
      for (const text of ['a', 'b', 'c', 'b a']) {
        t.equal(mentionsOf(start, end)(text), own.includes(text) || own.includes('/'), `${text} in ${own}`)
      }
      t.equal(mentionsOf(start, end)(either), /[bc]/.test(own) || own.includes('/'), `b or c in ${own}`)
    }
  }
})
