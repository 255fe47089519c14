/** What `npm run bench:compare` builds and prints, without measuring. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { formatRatios } from '../../bench/ratios-table.ts'
import { buildRevision } from '../../bench/revision.ts'

t.test('a revision is built from its commit, once, and a failed build leaves nothing', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'kees-revision-'))
  t.teardown(() => rmSync(root, { recursive: true }))
  const git = (...args: string[]) => {
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com']
    const { status, stdout, stderr } = spawnSync('git', [...identity, ...args], {
      cwd: root,
      encoding: 'utf8',
    })
    t.equal(status, 0, stderr)
    return stdout.trim()
  }
  const commit = (build: string) => {
    writeFileSync(join(root, 'package.json'), JSON.stringify({ scripts: { build } }))
    git('add', '.')
    git('commit', '--quiet', '--no-verify', '--message=test')
    return git('rev-parse', 'HEAD')
  }
  git('init', '--quiet')
  const first = commit('mkdir dist && echo first > dist/program')
  commit('mkdir dist && exit 1')

  const lines: string[] = []
  const say = (line: string) => lines.push(line)
  const built = buildRevision(root, 'HEAD^', say)
  t.equal(built.commit, first)
  t.equal(readFileSync(join(built.dist, 'program'), 'utf8'), 'first\n')
  t.strictSame(buildRevision(root, first, say), built)
  t.equal(lines.length, 1, 'the second time it is there')

  t.throws(() => buildRevision(root, 'HEAD', say), /npm run --silent build/)
  t.throws(() => buildRevision(root, '--all', say), /git rev-parse/)
  t.strictSame(readdirSync(join(root, '.tap', 'revisions')), [first])
})

t.test('the table shows medians, the ratio of the pairs and its middle half', async (t) => {
  const cost = (cpuSeconds: number) => ({ cpuSeconds, wallSeconds: 1, peakBytes: 1e6 })
  const pairs = [1, 2, 4].map((ratio) => ({ now: cost(ratio), before: cost(1) }))
  t.equal(
    formatRatios([
      { title: 'one', pairs, output: 'same' },
      { title: 'two', pairs: [], output: 'failed' },
    ]),
    `|  | CPU | before | ratio | middle half | wall | peak memory | output |
| --- | --- | --- | --- | --- | --- | --- | --- |
| one | 2000 ms | 1000 ms | 2.00 | 1.50–3.00 | 1.00 | 1.00 | same |
| two |  |  |  |  |  |  | failed |
`,
  )
})
