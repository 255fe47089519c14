/** The npm package as it is published, in an empty folder, on the oldest Node that there is from 20 on. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, relative } from 'node:path'
import t from 'tap'
import manifest from '../../package.json' with { type: 'json' }
import { findCommand } from '../../scripts/tools/installed.ts'
import { oldestNode } from './oldest-node.ts'
import { root, run } from '../programs/programs.ts'
import { kustomize } from '../programs/tools.ts'

t.setTimeout(1_200_000)

const quickstart = join(root, 'kustomize-examples/quickstart')
const node = oldestNode()

t.test(`npm pack, then npm install, on Node ${node.version}`, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kees-npm-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const packed = run(process.execPath, ['scripts/npm-package.ts'])
  t.equal(packed.status, 0, packed.stderr)
  const archive = join(root, packed.stdout.trim())
  t.match(archive, `bsycorp-kees-${manifest.version}.tgz`)
  const listed = run('tar', ['-tzf', archive]).stdout.trim().split('\n').toSorted()
  const files = [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'bin/export-iam',
    'bin/inject-init',
    'bin/kees',
    'package.json',
  ]
  t.strictSame(
    listed,
    files.map((name) => `package/${name}`),
    'nothing else goes out',
  )

  const bin = join(folder, 'node_modules/.bin')
  // This package's own programs must not be what is found.
  const env = { ...process.env, PATH: [bin, dirname(node.path), '/usr/bin', '/bin'].join(delimiter) }
  const inFolder = (command: string, args: readonly string[], input = '') =>
    run('env', [`PATH=${env.PATH}`, command, ...args], { cwd: folder, input })
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  const npm = findCommand('npm') ?? 'npm'
  // Offline: it needs nothing of the registry.
  const installed = inFolder(npm, [
    'install',
    '--offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    archive,
  ])
  t.equal(installed.status, 0, installed.stderr)
  const lock: { packages: object } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'))
  t.strictSame(Object.keys(lock.packages), ['', 'node_modules/@bsycorp/kees'], 'one package, no dependencies')

  for (const name of ['kees', 'inject-init', 'export-iam']) {
    const asked = inFolder(name, ['--version'])
    t.strictSame([asked.status, asked.stderr], [0, ''])
    t.match(asked.stdout, manifest.version)
  }
  t.equal(inFolder('node', ['--version']).stdout.trim(), node.version)

  await t.test('npx runs it from the file, as docs/development.md has it', async (t) => {
    const page = readFileSync(join(root, 'docs/development.md'), 'utf8')
    const [, file, command] = /^npx --package (\S+) (.+)$/m.exec(page) ?? []
    t.equal(file, `./${relative(root, archive)}`)
    const ended = run(
      'env',
      [`PATH=${env.PATH}`, 'npx', '--offline', '--yes', '--package', archive, ...(command ?? '').split(' ')],
      { cwd: '/' },
    )
    t.equal(ended.stdout, `kees ${manifest.version}\n`, ended.stderr)
  })

  await t.test(
    'npx does the main job in an empty folder, from annotations to the file that the app reads',
    async (t) => {
      const empty = mkdtempSync(join(tmpdir(), 'kees-npx-'))
      t.teardown(() => rmSync(empty, { recursive: true, force: true }))
      copyFileSync(archive, join(empty, 'kees.tgz'))
      copyFileSync(join(quickstart, 'app.yaml'), join(empty, 'app.yaml'))
      // One start of npx, which takes longer than all commands of kees together.
      const job = [
        'kees inject -f app.yaml > manifest.yaml',
        'kees export -f manifest.yaml --out terraform',
        'kees verify -f manifest.yaml --iam terraform',
        'kees create -f manifest.yaml',
        'printf fakepassword | kees put db.password',
        'kees fetch --workload Deployment/app -f manifest.yaml --out secrets',
      ].join(' && ')
      const npx = ['npx', '--offline', '--yes', '--package', './kees.tgz', '--call', job]
      const start = () => run('env', [`PATH=${env.PATH}`, 'KEES_STORE=file:./store', ...npx], { cwd: empty })
      let ended = start()
      // On a very busy machine, npm cannot renew the lock of its cache in time, before it runs anything.
      for (let left = 5; left > 0 && ended.stderr.includes('ECOMPROMISED'); left--) ended = start()
      t.equal(ended.status, 0, ended.stderr)
      t.match(
        readFileSync(join(empty, 'secrets'), 'utf8'),
        /^db\.password=fakepassword\nsigningKey\.v1_private=\S+\nsigningKey\.v1_public=\S+\n$/,
      )
      t.notOk(existsSync(join(empty, 'node_modules')), 'npx installs nothing in the folder')
    },
  )

  await t.test('the quickstart, by the command', async (t) => {
    const injected = inFolder('kees', ['inject', '-f', join(quickstart, 'app.yaml')])
    t.equal(injected.stdout, readFileSync(join(quickstart, 'expected/manifest.yaml'), 'utf8'))
    const exported = inFolder('kees', ['export', '-f', '-'], injected.stdout)
    t.equal(exported.stdout, readFileSync(join(quickstart, 'expected/terraform/policies.tf'), 'utf8'))
  })

  await t.test('and by kustomize', { skip: kustomize().missing ?? false }, async (t) => {
    const args = ['build', '--enable-alpha-plugins', '--enable-exec', quickstart]
    const built = inFolder(kustomize().path ?? '', args)
    t.equal(built.stdout, readFileSync(join(quickstart, 'expected/kustomize-build.yaml'), 'utf8'))
  })

  await t.test('kees install copies the programs and this Node', async (t) => {
    mkdirSync(join(folder, 'tools'))
    const ended = inFolder('kees', ['install', 'tools'])
    t.equal(ended.status, 0, ended.stderr)
    const alone = run('env', ['-i', `PATH=${join(folder, 'tools')}`, 'kees', '--version'])
    t.equal(alone.stdout, `kees ${manifest.version}\n`)
  })
})

t.test('no page names a package of npm that is not ours', async (t) => {
  const pages = run('git', ['-C', root, 'ls-files', '*.md', '*.yaml', '*.yml']).stdout.trim().split('\n')
  t.ok(pages.length > 50)
  const foreign = /\bnpx (?:--yes |-y )?kees\b|\bnpm (?:install|i|exec|add) (?:-\S+ )*kees\b/
  for (const page of pages) {
    const [found] = foreign.exec(readFileSync(join(root, page), 'utf8')) ?? []
    if (found !== undefined) t.fail(`${page}: ${found}`)
  }
  for (const text of ['npx kees', 'npx -y kees inject', 'npm install -g kees']) t.match(text, foreign)
})
