/** The hooks of .pre-commit-hooks.yaml, called as pre-commit calls them; in full by pre-commit itself. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { cachedPreCommit } from '../../scripts/tools/tool-cache.ts'
import { isLong } from '../programs/long.ts'
import { dist, root, run } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'
import { git } from '../programs/tools.ts'

t.setTimeout(600_000)

type Hook = { readonly id: string; readonly entry: string; readonly language: string }
const hooks: readonly Hook[] = parse(readFileSync(join(root, '.pre-commit-hooks.yaml'), 'utf8'))

const source = readFileSync(join(root, 'kustomize-examples/quickstart/app.yaml'), 'utf8')
const injected = run('kees', ['inject', '-f', '-'], { input: source }).stdout
const wrong = source.replace('kind=REFERENCE,type=PASSWORD', 'kind=REFERENCE,type=PASWORD')
const others = { 'values.yaml': 'image: {{ .Values.image }}\n', 'data.json': '{"a":1}\n' }

t.test('docs/pull-requests.md names the hooks', async (t) => {
  const page = readFileSync(join(root, 'docs/pull-requests.md'), 'utf8')
  const named = [...page.matchAll(/^\| `(kees-[\w-]+)` \|/gm)].map(([, id]) => id)
  t.strictSame(
    named,
    hooks.map(({ id }) => id),
  )
  for (const { entry, language } of hooks) {
    t.equal(language, 'script')
    accessSync(join(root, entry.split(' ')[0] ?? ''), constants.X_OK)
  }
})

const rows = [
  ['kees-inject', source, 0, injected],
  ['kees-inject', wrong, 1, wrong],
  ['kees-verify', injected, 0, injected],
  ['kees-verify', source, 1, source],
  ['kees-annotations', source, 0, source],
  ['kees-annotations', wrong, 1, wrong],
] as const
for (const [id, text, exit, after] of rows) {
  t.test(`${id}: exit code ${exit}`, async (t) => {
    const folder = t.testdir({ 'an app.yaml': text, ...others })
    const { entry = '' } = hooks.find((one) => one.id === id) ?? {}
    const [script = '', ...args] = entry.split(' ')
    const files = ['an app.yaml', ...Object.keys(others)]
    const ended = run(join(root, script), [...args, ...files], { cwd: folder })
    t.equal(ended.status, exit, ended.stderr)
    t.equal(ended.stdout, '')
    if (exit > 0) t.match(ended.stderr, /^an app\.yaml:\d+:\d+: error: Deployment\/app /m)
    t.equal(readFileSync(join(folder, 'an app.yaml'), 'utf8'), after)
  })
}

t.test('without a manifest in the commit, nothing is run', async (t) => {
  const { status, stdout, stderr } = run(join(root, 'scripts/pre-commit.mjs'), ['verify', 'values.yaml'], {
    cwd: t.testdir(others),
  })
  t.strictSame([status, stdout, stderr], [0, '', ''])
})

// By `npm run test:long` alone, which installs pre-commit.
if (isLong) {
  const python = cachedPreCommit() === undefined && 'needs the commands pre-commit or python3'
  t.test('pre-commit runs them', { skip: git().missing ?? python }, async (t) => {
    const folder = t.testdir({ hooks: {}, app: { 'app.yaml': source, ...others }, cache: {} })
    const commit = (name: string) => {
      const repository = join(folder, name)
      const call = (...args: readonly string[]) =>
        execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' }).trim()
      call('init', '--quiet')
      call('add', '--all', '--force')
      const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false']
      call(...who, 'commit', '--quiet', '--message=all')
      return call('rev-parse', 'HEAD')
    }
    const listed = execFileSync('git', ['-C', root, 'ls-files', '-co', '--exclude-standard', '-z'])
    for (const file of listed.toString().split('\0'))
      if (file !== '' && existsSync(join(root, file))) cpSync(join(root, file), join(folder, 'hooks', file))
    // Installing the packages of a clone takes most of the first run; action.test.ts builds a program without one.
    cpSync(join(dist, 'kees'), join(folder, 'hooks/dist/kees'))
    const repo = { repo: join(folder, 'hooks'), rev: commit('hooks'), hooks: hooks.map(({ id }) => ({ id })) }
    writeFileSync(join(folder, 'app/.pre-commit-config.yaml'), JSON.stringify({ repos: [repo] }))
    commit('app')
    const call = (...args: readonly string[]) =>
      runBeside('env', ['-C', join(folder, 'app'), cachedPreCommit() ?? '', ...args], {
        env: { PRE_COMMIT_HOME: join(folder, 'cache') },
      })
    t.equal((await call('validate-manifest', join(root, '.pre-commit-hooks.yaml'))).status, 0)
    const first = await call('run', '--all-files', 'kees-inject')
    t.match(first.stdout, /files were modified by this hook/, first.stderr)
    t.equal(readFileSync(join(folder, 'app/app.yaml'), 'utf8'), injected)
    const second = await call('run', '--all-files')
    t.equal(second.status, 0, second.stdout + second.stderr)
    t.equal(second.stdout.match(/Passed/g)?.length, hooks.length)
    t.notMatch(second.stdout + second.stderr, /deprecat/i)
  })
}
