/** The flags of `npm run images`, and the command lines of the engines. */
import { chmodSync, existsSync, symlinkSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import t from 'tap'
import { buildCommand } from '../../scripts/images/build-command.ts'
import { containerRuntime, installedEngines, workingEngines } from '../../scripts/images/engine.ts'
import { parseImageOptions } from '../../scripts/images/image-options.ts'
import { platforms } from '../../scripts/images/platform.ts'
import { root } from '../../scripts/bundle.ts'
import { findCommand } from '../../scripts/tools/installed.ts'
import { run } from '../programs/programs.ts'

t.test('without flags, all images for all platforms under their released names', async (t) => {
  const { options } = parseImageOptions([], '1.2.3')
  t.match(options, {
    platforms: [{ name: 'linux/amd64' }, { name: 'linux/arm64' }],
    prefix: 'docker.io/bsycorp/kees-',
    tag: 'v1.2.3',
    cache: true,
  })
  t.ok(options?.only.includes('init'))
})

t.test('all errors of the flags are reported at once, with exit code 2', async (t) => {
  const flags = ['--only=x,init', '--platform=linux/arm', '--engine=rkt', '--tga=v1', 'bar', '--base']
  const { status, stderr } = run('node', ['scripts/images.ts', ...flags], { cwd: root })
  t.equal(status, 2)
  for (const line of [
    /^error: flag --only: "x" is not one of inject-init, /m,
    /^error: flag --platform: "linux\/arm" is not one of linux\/amd64, linux\/arm64$/m,
    /^error: flag --engine: "rkt" is not one of buildah, podman, docker$/m,
    /^error: flag "--tga" is not known\n {2}hint: did you mean "--tag"\?$/m,
    /^error: unexpected argument "bar"$/m,
    /^error: flag --base needs a value: IMAGE$/m,
  ]) {
    t.match(stderr, line)
  }
  t.notMatch(stderr, /^ +at /m)
})

t.test('an engine that does not work is not used, and without one the error names the engines', async (t) => {
  const folder = t.testdir({
    podman: '#!/bin/sh\nexit 0\n',
    docker: '#!/bin/sh\necho no daemon >&2\nexit 1\n',
  })
  for (const name of ['podman', 'docker']) chmodSync(join(folder, name), 0o755)
  t.strictSame(workingEngines({ PATH: folder }), ['podman'])
  t.strictSame(workingEngines({ PATH: t.testdirName + '/absent' }), [])
  t.equal(containerRuntime(installedEngines({ PATH: folder })), 'podman')
  const none = run('env', [
    '-u',
    'NODE_OPTIONS',
    `PATH=${join(folder, 'absent')}`,
    process.execPath,
    'scripts/images.ts',
  ])
  t.equal(none.status, 1)
  t.equal(none.stderr, 'error: no container engine works: one of buildah, podman, docker is required\n')
})

t.test('an engine that is installed and does not work fails the tests that need one', async (t) => {
  const broken = '#!/bin/sh\necho "User-selected graph driver overwritten by another one" >&2\nexit 125\n'
  const folder = t.testdir({
    bin: { podman: broken },
    empty: {},
    'a.test.mjs': `import t from 'tap'
import { containersMissing } from '${join(root, 'test/packaging/container-engine.ts')}'
t.test('runs a container', { skip: containersMissing }, async (t) => void t.ok(true))
`,
  })
  chmodSync(join(folder, 'bin', 'podman'), 0o755)
  const tests = (PATH: string) =>
    run(process.execPath, [join(folder, 'a.test.mjs')], {
      env: { PATH, KEES_CONTAINER_TOOLS: join(folder, 'empty') },
    })
  t.throws(
    () => containerRuntime(installedEngines({ PATH: join(folder, 'bin') })),
    /is installed and does not work/,
  )
  t.equal(containerRuntime(installedEngines({ PATH: join(folder, 'empty') })), undefined)
  const path = (process.env['PATH'] ?? '').split(delimiter)
  const without = path.filter((one) =>
    ['podman', 'docker', 'buildah'].every((name) => !existsSync(join(one, name))),
  )
  const others = ['bash', 'env', 'dirname', 'id'].map((name) => findCommand(name) ?? name)
  for (const tool of others) symlinkSync(tool, join(folder, 'empty', basename(tool)))
  const clean = [join(folder, 'empty'), ...without]
  const { status, stdout, stderr } = tests([join(folder, 'bin'), ...clean].join(delimiter))
  t.not(status, 0, 'the file fails')
  t.match(stdout + stderr, /podman info: User-selected graph driver overwritten by another one/)
  const none = tests(clean.join(delimiter))
  t.equal(none.status, 0, none.stderr)
  t.match(none.stdout, /# SKIP needs a container engine/, 'without an engine the test is skipped')
})

const [amd64] = platforms
const build = {
  target: 'init',
  platform: amd64,
  dockerfile: 'Dockerfile',
  context: '/context',
  base: undefined,
  version: '1.2.3',
  revision: 'abc',
  epoch: 1_700_000_000,
  tags: ['a:1', 'a:1-amd64'],
  cache: false,
}

t.test('podman and buildah get the time stamp as a flag, docker as a build argument', async (t) => {
  const shared = [
    '--target=init',
    '--platform=linux/amd64',
    '--file=Dockerfile',
    '--build-arg=VERSION=1.2.3',
    '--build-arg=REVISION=abc',
    '--build-arg=CREATED=2023-11-14T22:13:20Z',
    '--build-arg=TARGETARCH=amd64',
  ]
  const podman = buildCommand({ ...build, engine: 'podman' })
  const docker = buildCommand({ ...build, engine: 'docker' })
  t.strictSame(podman.slice(0, 9), ['podman', 'build', ...shared])
  t.strictSame(docker.slice(0, 9), ['docker', 'build', ...shared])
  t.ok(podman.includes('--timestamp=1700000000'))
  t.ok(docker.includes('--build-arg=SOURCE_DATE_EPOCH=1700000000'))
  for (const command of [podman, docker]) {
    t.ok(['--tag=a:1', '--tag=a:1-amd64', '--no-cache'].every((one) => command.includes(one)))
    t.equal(command.at(-1), '/context')
  }
  const withBase = buildCommand({ ...build, engine: 'podman', base: 'example/base', cache: true })
  t.ok(withBase.includes('--build-arg=BASE=example/base'))
  t.notOk(withBase.includes('--no-cache'))
})
