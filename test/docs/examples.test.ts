/**
 * Runs the commands of each example's README.md in a copy of the example. The files that they write must be those under
 * `expected/`, and they must print what the README shows. UPDATE=1 replaces both with the actual output.
 */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import t from 'tap'
import { commandPatience } from '../programs/not-ended.ts'
import { dist, root } from '../programs/programs.ts'
import { parseReadmeBlocks, withOutputs } from './readme-commands.ts'
import { helm, kpt, kustomize, type Tool } from '../programs/tools.ts'
import { untapped } from '../programs/untapped.ts'

t.setTimeout(600_000)

const examples = join(root, 'kustomize-examples')
const tools: Readonly<Record<string, () => Tool>> = { kustomize, kpt, helm }

/** Examples that this test runs, with the tools that they need. */
const here: Readonly<Record<string, readonly string[]>> = {
  component: ['kustomize'],
  'database-url': ['kustomize'],
  'environment-variables': ['kustomize'],
  environments: ['kustomize'],
  helm: ['helm', 'kustomize'],
  'iam-around-overlay': ['kustomize'],
  'kpt-package': ['kpt'],
  'local-mode': ['kustomize'],
  refresh: ['kustomize'],
  'rendered-manifests': ['kustomize'],
  'tls-files': ['kustomize'],
}
/** Examples with a separate test. */
const elsewhere: readonly string[] = ['argo-cd', 'creator', 'first-secret', 'quickstart']

t.test('every example has a README.md, its expected output and a test', async (t) => {
  const folders = readdirSync(examples).filter((name) => statSync(join(examples, name)).isDirectory())
  t.strictSame(folders.toSorted(), [...Object.keys(here), ...elsewhere].toSorted())
  for (const name of folders) {
    t.ok(existsSync(join(examples, name, 'README.md')), `${name}/README.md`)
    t.ok(existsSync(join(examples, name, 'expected')), `${name}/expected`)
  }
})

for (const [name, needed] of Object.entries(here)) {
  const found = needed.map((tool) => [tool, tools[tool]?.() ?? { missing: `needs ${tool}` }] as const)
  const skip = found.find(([, { missing }]) => missing !== undefined)?.[1].missing ?? false
  t.test(`the example ${name} does what its README says`, { skip }, async (t) => {
    const folder = join(t.testdir({ bin: {} }), name)
    const bin = join(folder, '../bin')
    for (const [tool, { path = '' }] of found) symlinkSync(path, join(bin, tool))
    cpSync(join(examples, name), folder, { recursive: true })
    const readme = readFileSync(join(folder, 'README.md'), 'utf8')
    const outputs: string[] = []
    const shell = (script: string) => {
      const env = { ...process.env, PATH: [bin, dist, process.env['PATH']].join(delimiter) }
      const options = { cwd: folder, env, encoding: 'utf8', timeout: commandPatience } as const
      return spawnSync(...untapped('bash', ['-euc', `exec 2>&1\n${script}`]), options)
    }
    for (const block of parseReadmeBlocks(readme)) {
      if (block.type === 'script') {
        const { status, stdout } = shell(block.text)
        t.equal(status, 0, stdout)
        continue
      }
      for (const { command, shown } of block.commands) {
        const { stdout } = shell(command)
        outputs.push(stdout)
        t.equal(shown, stdout, command)
      }
    }
    t.strictSame(filesOf(join(folder, 'expected')), filesOf(join(examples, name, 'expected')))
    if (!process.env['UPDATE']) return
    writeFileSync(join(examples, name, 'README.md'), withOutputs(readme, outputs))
    mkdirSync(join(examples, name, 'expected'), { recursive: true })
    cpSync(join(folder, 'expected'), join(examples, name, 'expected'), { recursive: true })
  })
}

function filesOf(folder: string): Readonly<Record<string, string>> {
  const names = globSync('**', { cwd: folder }).toSorted()
  return Object.fromEntries(
    names
      .map((name) => [name, join(folder, name)] as const)
      .filter(([, path]) => statSync(path).isFile())
      .map(([name, path]) => [name, readFileSync(path, 'utf8')]),
  )
}
