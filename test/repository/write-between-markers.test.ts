import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { writeBetweenMarkers } from '../../bench/write-between-markers.ts'

const place = (name: string, text: string) => `<!-- bench:${name} -->\n\n${text}\n\n<!-- /bench:${name} -->\n`

t.test('the text between the markers of a name is replaced, and nothing else', async (t) => {
  const before = `# A\n\n${place('other', 'a')}\nb\n\n`
  const folder = t.testdir({ 'a.md': `${before}${place('times', '| old |')}\nc\n` })
  const path = join(folder, 'a.md')
  for (const text of ['| new |\n\n', '| newer |']) {
    writeBetweenMarkers(path, 'times', text)
    t.equal(readFileSync(path, 'utf8'), `${before}${place('times', text.trimEnd())}\nc\n`)
  }
})

const wrong = [
  ['no markers', 'a\n'],
  ['the markers of another name', place('time', 'a')],
  ['no end', '<!-- bench:times -->\n\na\n'],
  ['the end of another name', `<!-- bench:times -->\n${place('time', 'a')}`],
  ['two places', `${place('times', 'a')}${place('times', 'b')}`],
] as const
for (const [title, text] of wrong) {
  t.test(`${title}: an error, and the document stays as it is`, async (t) => {
    const path = join(t.testdir({ 'a.md': text }), 'a.md')
    t.throws(() => writeBetweenMarkers(path, 'times', 'b'), {
      message: `${path} has no place for the table times`,
    })
    t.equal(readFileSync(path, 'utf8'), text)
  })
}
