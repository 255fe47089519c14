/** The configurations in docs/terraform.md are valid Terraform. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../programs/programs.ts'
import { runTerraform, terraformWith, writeFiles } from '../iam/run-terraform.ts'
import { renderModule } from '../../functions/export-iam/terraform/terraform.ts'
import { grantOf } from '../../functions/export-iam/grants/grant.ts'
import { attachedProvider } from '../iam/aws-provider.ts'
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
    const folder = t.testdir({})
    const grants = [grantOf('cluster-app-role', { name: 'cluster-app-role' }, ['/a'])]
    for (const [index, block] of blocks.entries()) {
      const example = join(folder, `example${index + 1}`)
      await writeFiles(example, [['main.tf', block]])
      await writeFiles(join(example, 'terraform/prod'), renderModule(grants))
    }
    t.equal(await runTerraform(folder, 'fmt', '-check', '-diff', '-recursive'), '')
    // Side by side in one configuration: the provider has to start only once.
    const calls = blocks.map(
      (_, index) => `module "example${index + 1}" {\n  source = "./example${index + 1}"\n}\n`,
    )
    await writeFiles(folder, [['main.tf', calls.join('')]])
    await runTerraform(folder, 'init', '-backend=false', `-plugin-dir=${plugins.path ?? ''}`)
    const terraformHere = terraformWith(await attachedProvider(t, {}))
    t.match(await terraformHere(folder, 'validate'), 'The configuration is valid')
  },
)

t.test('the table of variables lists those of the module', async (t) => {
  const policies = renderModule([]).get('policies.tf') ?? ''
  for (const [, name = ''] of policies.matchAll(/^variable "(\w+)"/gm))
    t.ok(text.includes(`\`${name}\``), name)
})
