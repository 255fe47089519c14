/**
 * The policies with OpenTofu in the place of Terraform: the same test files, each in a process that finds OpenTofu as `terraform`.
 * It takes minutes to build, so `npm test` runs it only where the machine has it, or `npm run test:long` has built it before.
 */
import { chmodSync, existsSync, globSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import t from 'tap'
import { isLong } from '../programs/long.ts'
import { root } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'
import { terraformAwsPluginDir, tofu } from '../programs/tools.ts'

t.setTimeout(1_800_000)

const short = ['iam/terraform-module']
/** Also with the provider, which takes most of their time. */
const full = ['iam/creator-prefixes', 'iam/refused-plans', 'iam/terraform-moto', 'docs/terraform']

t.test('the test files exist', (t) => {
  for (const name of [...short, ...full]) t.ok(existsSync(join(root, `test/${name}.test.ts`)), name)
  t.end()
})

const { path = 'tofu', missing } = tofu()
if (missing === undefined || isLong) {
  for (const name of isLong ? [...short, ...full] : short) {
    t.test(`test/${name}.test.ts passes with OpenTofu`, { skip: missing ?? false }, async (t) => {
      const folder = t.testdir({
        bin: { terraform: '#!/bin/sh\necho "$1" >> "$KEES_TOFU_CALLS"\nexec "$KEES_TOFU" "$@"\n' },
      })
      chmodSync(join(folder, 'bin/terraform'), 0o755)
      const calls = join(folder, 'calls')
      const ran = await runBeside(process.execPath, [join(root, `test/${name}.test.ts`)], {
        env: {
          PATH: [join(folder, 'bin'), process.env['PATH']].join(delimiter),
          KEES_TOFU: path,
          KEES_TOFU_CALLS: calls,
          KEES_TERRAFORM_PLUGINS: pluginsIn(join(folder, 'plugins')),
        },
      })
      t.equal(ran.status, 0, onlyFailures(ran.stdout))
      t.notMatch(ran.stdout, /# SKIP/)
      t.ok(readFileSync(calls, 'utf8').split('\n').length > 2, 'OpenTofu was called')
    })
  }
} else t.comment(`OpenTofu was not run: npm run test:long builds it (${missing})`)

/** A plugin folder in which OpenTofu finds hashicorp/aws under the name of its own registry. */
function pluginsIn(folder: string): string {
  const plugins = terraformAwsPluginDir().path
  if (plugins === undefined) return ''
  const below = 'registry.terraform.io/hashicorp/aws/*/*'
  for (const found of globSync(below, { cwd: plugins })) {
    for (const host of ['registry.terraform.io', 'registry.opentofu.org']) {
      const link = join(folder, found.replace('registry.terraform.io', host))
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(join(plugins, found), link)
    }
  }
  return folder
}

function onlyFailures(output: string): string {
  return output
    .split(/^(?= *not ok )/m)
    .slice(1)
    .join('')
}
