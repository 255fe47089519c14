import { chmodSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import t from 'tap'
import { findCommand, findTerraformAwsPlugins } from '../scripts/installed.ts'

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
  t.end()
})
