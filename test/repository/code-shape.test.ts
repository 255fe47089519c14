/** The sources keep to the limits and to the words of docs/adr/0034-limits-of-the-code.md. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { root } from '../programs/programs.ts'

const page = readFileSync(join(root, 'docs/adr/0034-limits-of-the-code.md'), 'utf8')
const files = globSync('{api,functions,runtime,cli}/**/*.ts', { cwd: root }).filter(
  (file) => !file.endsWith('.test.ts'),
)
const texts = files.map((file) => readFileSync(join(root, file), 'utf8'))
const lengths = texts.map((text) => text.split('\n').length - 1).toSorted((a, b) => a - b)
const everything = texts.join('\n')

function largestFolder(...tops: readonly string[]): number {
  const own = files.filter((file) => tops.includes(file.split('/')[0] ?? ''))
  return Math.max(...[...Map.groupBy(own, (file) => dirname(file)).values()].map((some) => some.length))
}

function uses(...words: readonly string[]): number {
  return [...everything.matchAll(new RegExp(words.join('|'), 'gi'))].length
}

/** By the first cell of a row. */
const figures: Readonly<Record<string, number>> = {
  'files in the largest folder of `functions/` and `runtime/`': largestFolder('functions', 'runtime'),
  'files in the largest folder of `api/` and `cli/`': largestFolder('api', 'cli'),
  'lines of the median file': lengths[Math.floor(lengths.length / 2)] ?? 0,
  'lines of the longest file': lengths.at(-1) ?? 0,
  '"mistake", "refusal", "remark" and "complain" in the sources': uses(
    'mistake',
    'refusal',
    'remark',
    'complain',
  ),
  '"finding" in the sources, now the rows of `kees audit`': uses('finding'),
}

const rows = [...page.matchAll(/^\| (.*) \|$/gm)].map(([, cells = '']) => cells.split(' | '))

t.test('no figure is above its limit', (t) => {
  for (const [name, figure] of Object.entries(figures)) {
    const limit = Number(rows.find(([first]) => first === name)?.at(-1))
    t.ok(figure <= limit, `${name}: ${figure} of ${limit}`)
  }
  t.end()
})

t.test('the messages are those of the table, and not those before', (t) => {
  const messages = rows.slice(rows.findIndex(([first]) => first === 'before') + 1)
  t.equal(messages.length, 15)
  const said = texts.concat(
    globSync('docs/**/*.md', { cwd: root })
      .filter((file) => !file.startsWith('docs/adr/'))
      .map((file) => readFileSync(join(root, file), 'utf8')),
  )
  for (const [before = '', now = '', ...more] of messages) {
    t.strictSame(more, [])
    // What differs from case to case is in capitals.
    for (const part of before.split(/\b[A-Z]{1,}\b/).map((one) => one.replaceAll(/[`":…]/g, '').trim()))
      if (part.length > 12)
        t.notOk(
          said.some((text) => text.includes(part)),
          `not: ${part}`,
        )
    for (const [, quoted = ''] of now.matchAll(/`([^`]+)`/g))
      t.ok(
        said.some((text) => text.includes(quoted)),
        quoted,
      )
  }
  t.end()
})
