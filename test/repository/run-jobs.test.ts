/** In which order `npm test` runs what it has to run, and how it ends. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ciVerdict } from '../../scripts/results/ci-verdict.ts'
import { laneOf } from '../../scripts/tests/durations.ts'
import { changedFiles, longNow, longTests, unitChanged } from '../../scripts/tests/long-tests.ts'
import { neededTools, toolMarks } from '../../scripts/tests/needed-tools.ts'
import { type Job, runJobs } from '../../scripts/tests/run-jobs.ts'
import { sharedProcessOf, sharingFiles } from '../../scripts/tests/shared-process.ts'
import { formatReport, runTestFile } from '../../scripts/tests/test-file.ts'
import { root, run as runProgram } from '../programs/programs.ts'

function recorder() {
  const seen: string[] = []
  let [now, most] = [0, 0]
  const job = (title: string, lane: string, needs: readonly string[] = []): Job => ({
    title,
    lane,
    needs,
    run: async () => {
      seen.push(`+${title}`)
      most = Math.max(most, ++now)
      await new Promise((resolve) => setImmediate(resolve))
      now--
      seen.push(`-${title}`)
    },
  })
  return { seen, job, most: () => most }
}

t.test('a job begins when what it needs is done; until then later jobs take its place', async (t) => {
  const { seen, job } = recorder()
  await runJobs([job('tool', 'tools'), job('a', 'tests', ['tool']), job('b', 'tests')], {
    tools: 1,
    tests: 1,
  })
  t.ok(seen.indexOf('+a') > seen.indexOf('-tool'))
  t.ok(seen.indexOf('+b') < seen.indexOf('+a'))
  t.equal(seen.length, 6)
})

t.test('a lane runs as many jobs at a time as its limit', async (t) => {
  const { most, job, seen } = recorder()
  await runJobs(
    ['a', 'b', 'c', 'd', 'e'].map((title) => job(title, 'tests')),
    { tests: 2 },
  )
  t.equal(most(), 2)
  t.equal(seen.length, 10)
})

t.test('a job that needs a missing job or itself is an error', async (t) => {
  const { job } = recorder()
  await t.rejects(runJobs([job('a', 'tests', ['b'])], { tests: 1 }), /a needs b, but there is no such job/)
  await t.rejects(
    runJobs([job('a', 'tests', ['b']), job('b', 'tests', ['a'])], { tests: 1 }),
    /a, b wait for each other/,
  )
})

t.test('a test file waits for the tools of its helpers too', (t) => {
  t.strictSame(neededTools(root, 'test/iam/stability-moto.test.ts'), ['moto'])
  t.strictSame(neededTools(root, 'test/manifests/kustomize.test.ts'), ['helm', 'kustomize'])
  t.strictSame(neededTools(root, 'test/creator/in-cluster.test.ts'), ['Kubernetes'])
  t.strictSame(
    neededTools(root, 'test/manifests/yaml-readers.test.ts'),
    ['Kubernetes'],
    'by the modules of a Go program',
  )
  t.strictSame(neededTools(root, 'test/docs/examples.test.ts'), ['helm', 'kustomize'], 'called from a table')
  t.strictSame(neededTools(root, 'test/packaging/completion.test.ts'), ['Debian'], 'commands in a table')
  t.strictSame(neededTools(root, 'test/docs/links.test.ts'), [])
  t.end()
})

t.test('test files that share a process exist, and all or none of them mostly wait', (t) => {
  for (const file of sharingFiles) {
    t.ok(existsSync(join(root, file)), file)
    t.equal(laneOf(file), laneOf(sharedProcessOf(file) ?? ''), file)
  }
  t.equal(sharedProcessOf('test/docs/links.test.ts'), 'short files of test/docs/')
  t.equal(sharedProcessOf('test/docs/install.test.ts'), undefined)
  t.end()
})

t.test('every tool that a test needs is one that fetch-tools installs', (t) => {
  const source = readFileSync(join(root, 'scripts/fetch-tools.ts'), 'utf8')
  for (const name of Object.keys(toolMarks)) t.match(source, new RegExp(`name: .*${name}`), name)
  t.end()
})

t.test('docs/development.md lists the files with a full version', (t) => {
  const text = readFileSync(join(root, 'docs/development.md'), 'utf8')
  for (const file of Object.keys(longTests))
    t.match(text, `\n| \`${file.replace(/^test\/|\.test\.ts$/g, '')}\` |`, file)
  t.end()
})

t.test('slow tests run in full if a file that they depend on has changed', (t) => {
  const folder = t.testdir({ functions: { 'export-iam': { grants: { 'a.ts': '' } } }, docs: { 'a.md': '' } })
  const config = ['-c', 'user.name=kees', '-c', 'user.email=kees@example.com', '-c', 'commit.gpgsign=false']
  const git = (...args: readonly string[]) =>
    runProgram('git', [...config, '-c', 'init.defaultBranch=main', ...args], { cwd: folder })
  git('init', '--quiet')
  git('add', '.')
  git('commit', '--quiet', '--message=first')
  writeFileSync(join(folder, 'docs', 'a.md'), 'changed')
  git('commit', '--quiet', '--all', '--message=second')
  t.strictSame(changedFiles(folder), ['docs/a.md'], 'of the last commit of main')
  t.strictSame([...longNow(changedFiles(folder))], [])
  git('switch', '--quiet', '--create=branch')
  t.strictSame(changedFiles(folder), ['docs/a.md'], 'a branch without commits is main')
  writeFileSync(join(folder, 'functions', 'export-iam', 'grants', 'a.ts'), 'changed')
  const now = longNow(changedFiles(folder))
  t.ok(now.has('test/iam/stability-moto.test.ts'), 'of a change that is not committed')
  git('commit', '--quiet', '--all', '--message=third')
  t.strictSame(changedFiles(folder), ['functions/export-iam/grants/a.ts'], 'of a branch')
  t.ok(unitChanged('functions', changedFiles(folder)))
  t.notOk(unitChanged('runtime', changedFiles(folder)))
  t.ok(unitChanged('runtime', ['api/bounds.ts']))
  const inFull = (file: string) => [...longNow([file])]
  t.strictSame(inFull('scripts/tools/argo-cd.ts'), ['test/manifests/gitops.test.ts'])
  t.strictSame(inFull('scripts/bundle.ts'), ['test/packaging/images.test.ts'])
  for (const file of Object.keys(longTests))
    t.match(readFileSync(join(root, file), 'utf8'), /isLong|share\(|runs\(/, file)
  t.end()
})

const passing = `import t from 'tap'\nt.ok(true)\nt.test('x', { skip: 'needs the command absent' }, () => {})\n`
const machine = {
  hasCommand: () => false,
  hasTerraformProvider: () => false,
  hasContainerEngine: () => false,
  nodeMissing: () => undefined,
  hasOtherNode: false,
  isComplete: false,
}

t.test(
  'the report of a run counts what the files counted, and every crash',
  { timeout: 1_200_000 },
  async (t) => {
    const folder = t.testdir({
      'good.test.ts': passing,
      'bad.test.ts': `${passing}t.equal(1, 2)\n`,
      'crash.test.ts': `${passing}process.kill(process.pid, 'SIGKILL')\n`,
      'empty.test.ts': '',
    })
    const runFile = (name: string) =>
      runTestFile(name, ['node', join(folder, `${name}.test.ts`)], join(folder, `${name}.tap`), process.env)
    const [good, bad, crash, empty] = [
      await runFile('good'),
      await runFile('bad'),
      await runFile('crash'),
      await runFile('empty'),
    ]
    t.strictSame(
      [good, bad, crash, empty].map(({ passed }) => passed),
      [true, false, false, false],
    )
    t.match(crash.text, /the process ended with SIGKILL/)
    t.match(ciVerdict(formatReport([good]), 0, machine), { passed: 1, failed: 0, skipped: 1, errors: [] })
    t.match(ciVerdict(formatReport([good, bad]), 1, machine), {
      passed: 2,
      failed: 1,
      skipped: 2,
      errors: [],
    })
    t.ok(ciVerdict(formatReport([good, crash]), 1, machine).failed > 0)
    t.match(ciVerdict(formatReport([good, empty]), 1, machine), { passed: 1, failed: 1 })
    t.ok(existsSync(join(folder, 'good.tap')))
  },
)

t.test('a file without the tool that only npm run test:long builds passes', async (t) => {
  const folder = t.testdir()
  const env = { ...process.env, XDG_CACHE_HOME: folder, KEES_TEST_LONG: '' }
  for (const name of ['iam/opentofu', 'packaging/helm-4']) {
    const file = `test/${name}.test.ts`
    const log = join(folder, name.replace('/', '-'))
    const { passed, text } = await runTestFile(file, ['node', file], log, env)
    t.ok(passed, text)
  }
})

t.test('a signal ends the run, and no job is started after it', { timeout: 120_000 }, async (t) => {
  const moduleOf = (path: string) => JSON.stringify(join(root, path))
  const folder = t.testdir({
    'run.ts': `
      import { runCommand } from ${moduleOf('scripts/run-command.mjs')}
      import { endOnSignal } from ${moduleOf('scripts/tests/end-on-signal.ts')}
      import { runJobs } from ${moduleOf('scripts/tests/run-jobs.ts')}
      const job = (title) => ({ title, lane: 'tests', needs: [], run: async () => {
        process.stdout.write(title)
        await runCommand('sleep', ['600'])
      } })
      endOnSignal()
      await runJobs([job('first'), job('second')], { tests: 1 })
    `,
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const run = spawn(process.execPath, [join(folder, 'run.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
    let printed = ''
    run.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    await once(run.stdout, 'data')
    run.kill(signal)
    const [, ended] = await once(run, 'close')
    t.equal(ended, signal)
    t.equal(printed, 'first')
  }
})
