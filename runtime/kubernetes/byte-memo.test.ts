import t from 'tap'
import { ByteMemo } from './byte-memo.ts'

function world() {
  const parsed: string[] = []
  const memo = new ByteMemo((text) => {
    parsed.push(text)
    return { text }
  })
  const of = (text: string) => {
    const bytes = Buffer.from(`before${text}after`)
    return memo.of(bytes, 6, bytes.length - 5)
  }
  return { of, parsed }
}

t.test('equal bytes are parsed once, and what they contain is UTF-8', async (t) => {
  const { of, parsed } = world()
  t.strictSame(of('größe'), { text: 'größe' })
  t.equal(of('größe'), of('größe'))
  of('grösse')
  t.strictSame(parsed, ['größe', 'grösse'])
})

t.test('what is asked for again and again stays, and of all others no more than the latest', async (t) => {
  const { of, parsed } = world()
  const name = (index: number) => `${index}`.padEnd(1000)
  for (let index = 0; index < 2000; index++) {
    of(name(index))
    of('often')
  }
  t.equal(parsed.filter((text) => text === 'often').length, 1)
  t.equal(parsed.length, 2001)
  of(name(1999))
  t.equal(parsed.length, 2001, 'the latest is remembered')
  of(name(0))
  t.equal(parsed.length, 2002, 'an old one is not')
})

t.test('what is long is parsed each time', async (t) => {
  const { of, parsed } = world()
  of('x'.repeat(5000))
  of('x'.repeat(5000))
  t.equal(parsed.length, 2)
})
