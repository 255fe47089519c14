import { spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import t from 'tap'
import {
  findCommand,
  findTerraformAwsPlugins,
  terraformPluginFolders,
} from '../../scripts/tools/installed.ts'
import { root } from '../programs/programs.ts'
import { untapped } from '../programs/untapped.ts'

t.test('a command is the first executable file of its name on the PATH', (t) => {
  const folder = t.testdir({ a: { tool: '' }, b: { tool: {} }, c: { tool: '' }, d: { tool: '' } })
  const path = ['relative', ...['absent', 'a', 'b', 'c', 'd'].map((name) => join(folder, name))].join(
    delimiter,
  )
  t.equal(findCommand('tool', path), undefined)
  chmodSync(join(folder, 'c', 'tool'), 0o755)
  chmodSync(join(folder, 'd', 'tool'), 0o755)
  t.equal(findCommand('tool', path), join(folder, 'c', 'tool'))
  t.equal(findCommand('tool', ''), undefined)
  t.end()
})

t.test('the AWS provider is found where it is unpacked for this system', (t) => {
  const system = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`
  const unpackedFor = (name: string) => ({
    'registry.terraform.io': {
      hashicorp: { aws: { '5.100.0': { [name]: { 'terraform-provider-aws_v5.100.0_x5': '' } } } },
    },
  })
  const folder = t.testdir({ empty: {}, other: unpackedFor('plan9_mips'), ours: unpackedFor(system) })
  const folders = ['absent', 'empty', 'other'].map((name) => join(folder, name))
  t.equal(findTerraformAwsPlugins(folders), undefined)
  t.equal(findTerraformAwsPlugins([...folders, join(folder, 'ours')]), join(folder, 'ours'))

  const usual = terraformPluginFolders({})
  t.strictSame(terraformPluginFolders({ KEES_TERRAFORM_PLUGINS: '' }), usual)
  const named = terraformPluginFolders({ KEES_TERRAFORM_PLUGINS: join(folder, 'ours') })
  t.strictSame(named, [join(folder, 'ours'), ...usual])
  t.equal(findTerraformAwsPlugins(named), join(folder, 'ours'))
  t.end()
})

t.test('the tools that make a container engine are those of the folder that is named', (t) => {
  const tool = '#!/bin/sh\necho "this one" >&2\nexit 7\n'
  const folder = t.testdir({ none: {}, tools: { 'container-runtime': tool, 'base-image': tool } })
  for (const name of ['container-runtime', 'base-image']) chmodSync(join(folder, 'tools', name), 0o755)
  const ask = (name: string) => {
    const { status, stdout, stderr } = spawnSync(...untapped(join(root, '.ci', 'container-engine'), []), {
      env: { ...process.env, KEES_CONTAINER_TOOLS: join(folder, name), TMPDIR: folder },
      encoding: 'utf8',
    })
    return { status, stdout, stderr }
  }
  const nothing = { status: 0, stdout: '', stderr: '' }
  for (const name of ['none', 'absent']) t.strictSame(ask(name), nothing)
  const isRoot = process.getuid?.() === 0
  t.strictSame(ask('tools'), isRoot ? { status: 7, stdout: '', stderr: 'this one\n' } : nothing)
  t.end()
})
