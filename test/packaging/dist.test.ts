/** The executables as they are copied to other machines: alone in a folder, on every Node that the design promises. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import t from 'tap'
import { bundle, programs, root } from '../../scripts/bundle.ts'
import { oldestNode, pinnedNode } from './oldest-node.ts'
import { untapped } from '../programs/untapped.ts'

const { version: ours }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const pinned = pinnedNode
const folders = [
  { where: 'in an empty folder', manifest: undefined },
  { where: 'in a package of ES modules', manifest: '{"type":"module"}' },
]

for (const { name, runs } of programs) {
  const nodes = runs === 'in pods' || oldestNode().path === pinned.path ? [pinned] : [pinned, oldestNode()]
  for (const node of nodes) {
    for (const { where, manifest } of folders) {
      t.test(`${name} runs without other files ${where}, on Node ${node.version}`, (t) => {
        // Not tap's own folder for it: that is inside this package of ES modules.
        const folder = mkdtempSync(join(tmpdir(), 'kees-dist-'))
        t.teardown(() => rmSync(folder, { recursive: true }))
        if (manifest !== undefined) writeFileSync(join(folder, 'package.json'), manifest)
        const copy = join(folder, name)
        copyFileSync(join(root, 'dist', name), copy)
        // As a command: the first line of the file finds the Node.
        const env = { ...process.env, PATH: [dirname(node.path), process.env['PATH']].join(delimiter) }
        const run = (...args: readonly string[]) =>
          spawnSync(...untapped(copy, args), { env, cwd: '/', encoding: 'utf8', input: '' })
        const asked = run('--version')
        t.strictSame([asked.status, asked.stderr], [0, ''])
        t.match(asked.stdout, ours)
        const help = run('--help')
        t.strictSame([help.status, help.stderr], [0, ''])
        t.match(help.stdout, name)
        t.end()
      })
    }
  }
}

t.test('no schema of js-yaml is made when a program starts', async (t) => {
  for (const name of ['inject-init', 'export-iam', 'kees'])
    t.notOk(readFileSync(join(root, 'dist', name), 'utf8').includes('function compileTags('), name)
})

if (oldestNode().path !== pinned.path) {
  t.test('creator on an older Node prints the required version', async (t) => {
    const { stdout, stderr, status } = spawnSync(
      ...untapped(oldestNode().path, [join(root, 'dist/creator'), '--help']),
      { encoding: 'utf8' },
    )
    t.strictSame([status, stdout], [2, ''])
    t.match(stderr, /^error: creator needs Node 24 or later, this is \d+\.\d+\.\d+\n$/)
  })
}

const missingThere = `
  const calls = JSON.parse(require('node:fs').readFileSync(0, 'utf8'))
  console.log(JSON.stringify(calls.filter(([owner, name]) => !(name in globalThis[owner]))))`

for (const { name, runs } of programs) {
  if (runs === 'in pods') continue
  // Types do not tell: the creator, which has its own Node, may use what is newer.
  t.test(`${name} calls no function of JavaScript that Node ${oldestNode().version} lacks`, (t) => {
    const calls = readFileSync(join(root, 'dist', name), 'utf8').matchAll(
      /\b(Array|Iterator|JSON|Map|Math|Object|Promise|RegExp|Set|String)\.(\w+)\(/g,
    )
    const input = JSON.stringify([...calls].map(([, owner, called]) => [owner, called]))
    const { stdout } = spawnSync(...untapped(oldestNode().path, ['-e', missingThere]), {
      encoding: 'utf8',
      input,
    })
    t.ok(input.includes('"Object","entries"'), 'calls are found')
    t.strictSame(JSON.parse(stdout), [])
    t.end()
  })
}

const notForFunctions = [
  '@aws-sdk',
  '@smithy',
  '@kubernetes',
  'hcl2-json-parser',
  'tap',
  'nock',
  'fast-check',
]

for (const program of programs.filter(({ entryPoint }) => entryPoint.startsWith('functions/'))) {
  t.test(`${program.name} contains no code of the run-time programs`, async (t) => {
    const { inputs, text } = await bundle(program)
    t.ok(inputs.includes(program.entryPoint))
    t.strictSame(
      inputs.filter((input) => /^(runtime|cli)\//.test(input)),
      [],
    )
    for (const name of notForFunctions) {
      t.notOk(
        inputs.some((input) => input.includes(`node_modules/${name}/`)),
        `no ${name}`,
      )
    }
    t.match(text, /Third-party software in this file:/)
  })
}

t.test(
  'of the Kubernetes client, the creator contains only how to read a kubeconfig and to sign in',
  async (t) => {
    const creator = programs.find(({ name }) => name === 'creator')
    if (creator === undefined) throw new Error('there is no creator')
    const { inputs } = await bundle(creator)
    const ofClient = (path: string) => inputs.includes(`node_modules/@kubernetes/client-node/dist/${path}`)
    for (const path of ['config.js', 'oidc_auth.js', 'exec_auth.js', 'file_auth.js'])
      t.ok(ofClient(path), path)
    t.notOk(ofClient('index.js'))
    for (const part of ['client-node/dist/gen/', '/undici/', '/ws/', '/tar-fs/'])
      t.notOk(
        inputs.some((input) => input.includes(part)),
        part,
      )
  },
)

t.test('a program whose entry point is missing is not built', async (t) => {
  const missing = { name: 'none', entryPoint: 'functions/none/main.ts', runs: 'at build time' } as const
  await t.rejects(bundle(missing), /Could not resolve "functions\/none\/main.ts"/)
})
