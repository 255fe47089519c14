/** Runs the commands that README.md shows for a pipeline, in a folder that contains only an overlay. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import t from 'tap'
import { commands } from '../../cli/kees.ts'
import { reportFlags } from '../../cli/report/report-flags.ts'
import { commandPatience } from '../programs/not-ended.ts'
import { dist, root } from '../programs/programs.ts'
import { parseReadmeBlocks } from './readme-commands.ts'
import { kustomize } from '../programs/tools.ts'
import { untapped } from '../programs/untapped.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const quickstart = join(root, 'kustomize-examples/quickstart')

/** The scripts under a heading. */
function scriptsUnder(heading: string): string {
  const [, section = ''] = readme.split(new RegExp(`^#+ ${heading}$`, 'm'))
  const [own = ''] = section.split(/^##/m)
  return parseReadmeBlocks(own)
    .map((block) => (block.type === 'script' ? block.text : ''))
    .join('')
}

const ways = [
  ['Use it', { resources: ['app.yaml'] }, kustomize],
  ['As a kustomize function', { resources: ['app.yaml'], transformers: ['inject-init.yaml'] }, kustomize],
] as const

for (const [heading, kustomization, tool] of ways) {
  const { path = '', missing } = tool()
  t.test(`README.md: ${heading}`, { skip: missing ?? false }, async (t) => {
    const folder = t.testdir({ bin: {} })
    const overlay = join(folder, 'overlays/prod')
    mkdirSync(overlay, { recursive: true })
    for (const file of ['app.yaml', 'inject-init.yaml']) cpSync(join(quickstart, file), join(overlay, file))
    writeFileSync(join(overlay, 'kustomization.yaml'), JSON.stringify(kustomization))
    symlinkSync(path, join(folder, 'bin/kustomize'))
    const script = scriptsUnder(heading)
    t.match(script, 'kees export')
    const env = { ...process.env, PATH: [join(folder, 'bin'), dist, process.env['PATH']].join(delimiter) }
    const options = { cwd: folder, env, encoding: 'utf8', timeout: commandPatience } as const
    const { status, stderr } = spawnSync(...untapped('bash', ['-euo', 'pipefail', '-c', script]), options)
    t.equal(status, 0, stderr)
    t.match(readFileSync(join(folder, 'terraform/prod/policies.tf'), 'utf8'), '"/db.password"')
  })
}

t.test('README.md names only commands and flags that exist', async (t) => {
  const scripts = parseReadmeBlocks(readme).flatMap((block) => (block.type === 'script' ? [block.text] : []))
  const spans = readme.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/`([^`]+)`/g)
  const code = [...scripts, ...[...spans].map(([, text = '']) => text)].join('\n')
  const found = [...code.matchAll(/(?:^|\| )kees ([a-z][a-z-]*)((?: [^\s|]+)*)/gm)]
  const known = new Map(commands.map(({ name, flags }) => [name, { ...flags, ...reportFlags }]))
  t.ok(found.length > 10)
  for (const [whole, name = '', rest = ''] of found) {
    if (name === 'help') continue
    const flags = known.get(name)
    t.ok(flags, whole)
    for (const [, flag = ''] of rest.matchAll(/ --([a-z-]+)/g)) t.ok(flags && flag in flags, whole)
  }
})
