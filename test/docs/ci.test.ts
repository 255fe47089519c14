/**
 * Runs the commands of docs/ci.md and docs/pull-requests.md, which must print what the page shows. UPDATE=1 replaces it by the
 * actual output.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root, run } from '../programs/programs.ts'
import { parseReadmeBlocks, withOutputs } from './readme-commands.ts'

t.setTimeout(600_000)

/** Markdown that a command prints, as GitHub renders it. */
const rendered = /(?<=<!-- the output of: (.*) -->\n\n)[^]*?(?=<!-- the end of the output -->)/g

for (const [name, sessions, tables] of [
  ['ci.md', 4, 0],
  ['pull-requests.md', 0, 2],
] as const) {
  t.test(`the commands of docs/${name} print what it shows`, async (t) => {
    const page = join(root, 'docs', name)
    const text = readFileSync(page, 'utf8')
    const folder = t.testdir()
    const printedBy = (command: string) => {
      const { stdout, stderr } = run('bash', ['-c', command], { cwd: folder, env: { GITHUB_WORKSPACE: '' } })
      return stdout + stderr
    }
    const outputs = parseReadmeBlocks(text).flatMap((block) => {
      if (block.type === 'session') return block.commands.map(({ command }) => printedBy(command))
      t.equal(printedBy(block.text), '')
      return []
    })
    t.equal(outputs.length, sessions)
    let shown = 0
    const actual = withOutputs(text, outputs).replaceAll(rendered, (_, command: string) => {
      shown++
      return `${printedBy(command)}\n`
    })
    t.equal(shown, tables)
    if (process.env['UPDATE']) writeFileSync(page, actual)
    t.equal(text, actual)
  })
}
