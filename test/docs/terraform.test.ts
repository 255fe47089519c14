/** The configurations in docs/terraform.md are valid Terraform. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../programs/programs.ts'
import { runTerraform, writeFiles } from '../iam/run-terraform.ts'
import { renderModule } from '../../functions/export-iam/terraform.ts'
import { grantOf } from '../../functions/export-iam/grant.ts'
import { terraform, terraformAwsPluginDir } from '../programs/tools.ts'

const text = readFileSync(join(root, 'docs/terraform.md'), 'utf8')
const blocks = [...text.matchAll(/^```hcl\n([^]*?)^```$/gm)].map(([, block = '']) => block)
const plugins = terraformAwsPluginDir()
const skip = terraform().missing ?? plugins.missing ?? false

t.ok(blocks.length >= 3, 'there are examples of configurations')

t.test(
  'each example is formatted and valid, with a module next to it',
  { skip, timeout: 1_200_000 },
  async (t) => {
    for (const [index, block] of blocks.entries()) {
      const folder = join(t.testdir({}), String(index))
      await writeFiles(folder, [['main.tf', block]])
      const grants = [grantOf('cluster-app-role', { name: 'cluster-app-role' }, ['/a'])]
      await writeFiles(join(folder, 'terraform/prod'), renderModule(grants))
      t.equal(await runTerraform(folder, 'fmt', '-check', '-diff'), '', `example ${index + 1} is formatted`)
      await runTerraform(folder, 'init', '-backend=false', `-plugin-dir=${plugins.path ?? ''}`)
      t.match(
        await runTerraform(folder, 'validate'),
        'The configuration is valid',
        `example ${index + 1} is valid`,
      )
    }
  },
)

t.test('the table of variables lists those of the module', async (t) => {
  const policies = renderModule([]).get('policies.tf') ?? ''
  for (const [, name = ''] of policies.matchAll(/^variable "(\w+)"/gm))
    t.ok(text.includes(`\`${name}\``), name)
})
