/** Runs the commands of docs/ci.md, which must print what the page shows. UPDATE=1 replaces it by the actual output. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root, run } from '../programs/programs.ts'
import { parseReadmeBlocks, withOutputs } from './readme-commands.ts'

t.setTimeout(600_000)

const page = join(root, 'docs/ci.md')

t.test('the commands of docs/ci.md print what it shows', async (t) => {
  const text = readFileSync(page, 'utf8')
  const folder = t.testdir()
  const env = { GITHUB_WORKSPACE: '' }
  const outputs = parseReadmeBlocks(text).flatMap((block) => {
    const commands = block.type === 'script' ? [block.text] : block.commands.map(({ command }) => command)
    const printed = commands.map((command) => {
      const { stdout, stderr } = run('bash', ['-c', command], { cwd: folder, env })
      return stdout + stderr
    })
    return block.type === 'script' ? [] : printed
  })
  const actual = withOutputs(text, outputs)
  if (process.env['UPDATE']) writeFileSync(page, actual)
  t.equal(text, actual)
})
