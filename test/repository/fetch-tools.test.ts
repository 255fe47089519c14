/** How tools come to the cache, with a Go, a Python and an npm that only write down how they were called. */
import { spawn } from 'node:child_process'
import { chmodSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { root } from '../../scripts/bundle.ts'
import { findCommand } from '../../scripts/tools/installed.ts'
import { helmSource, kubernetesSource, registrySource } from '../../scripts/tools/tool-cache.ts'
import { untapped } from '../programs/untapped.ts'

const go = `#!/bin/sh
echo "go $*" >> "$XDG_CACHE_HOME/../calls"
if [ "$1" = mod ]; then
  mkdir -p "$XDG_CACHE_HOME/../module/manifests" "$XDG_CACHE_HOME/../module/config/crd/bases" "$XDG_CACHE_HOME/../module/pkg/report/v210/sarif" "$XDG_CACHE_HOME/../module/kustomize/stage"
  touch "$XDG_CACHE_HOME/../module/pkg/report/v210/sarif/schema.go"
  printf '{\\n\\t"Dir": "%s"\\n}\\n' "$XDG_CACHE_HOME/../module"
else
  mkdir -p "$GOBIN"
  touch "$GOBIN/kustomize" "$GOBIN/kubernetes" "$GOBIN/helm" "$GOBIN/actionlint" "$GOBIN/registry" "$GOBIN/cosign" "$GOBIN/promtool" \\
    "$GOBIN/kube-router" "$GOBIN/kwok" "$GOBIN/tofu" "$GOBIN/containerd" "$GOBIN/runc"
fi
`

/** As `python3 -m venv`, and in the environment that it makes, as pip. */
const python3 = `#!/bin/sh
echo "python3 $*" >> "$XDG_CACHE_HOME/../calls"
[ "$2" = venv ] || exit 0
mkdir -p "$4/bin"
cp "$0" "$4/bin/python"
`

/** As `npm pack`, with one package in all archives. */
const npm = `#!/bin/sh
echo "npm $*" >> "$XDG_CACHE_HOME/../calls"
mkdir -p "$XDG_CACHE_HOME/../package/dist"
touch "$XDG_CACHE_HOME/../package/dist/mermaid.min.js" "$XDG_CACHE_HOME/../package/dist/other.js"
tar -czf "\${3#--pack-destination=}/mermaid.tgz" -C "$XDG_CACHE_HOME/.." package
`

/** A PATH with only the commands of the test and what they need. */
function machine(t: Test, clients: Readonly<Record<string, string>>): string {
  const folder = t.testdir({ cache: {}, tools: clients })
  for (const name of Object.keys(clients)) chmodSync(join(folder, 'tools', name), 0o755)
  for (const name of ['env', 'mkdir', 'touch', 'cp', 'tar', 'gzip']) {
    symlinkSync(findCommand(name) ?? name, join(folder, 'tools', name))
  }
  return folder
}

async function fetchTools(
  folder: string,
  assets = '',
  pieces: readonly string[] = [],
): Promise<{ readonly code: unknown; readonly stderr: string }> {
  const env = {
    ...process.env,
    PATH: join(folder, 'tools'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    KUBEBUILDER_ASSETS: assets,
  }
  const command = untapped(process.execPath, [join(root, 'scripts', 'fetch-tools.ts'), ...pieces])
  const child = spawn(...command, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const [[code], stderr] = await Promise.all([once(child, 'close'), text(child.stderr)])
  return { code, stderr }
}

const calls = (folder: string) => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n').toSorted()
const tools = (folder: string) =>
  readdirSync(join(folder, 'cache', 'kees', 'tools'))
    .map((name) => name.replace(/^(helm|kubernetes|opentofu|registry)-[0-9a-f]{12}/, '$1'))
    .toSorted()

const callsOfBoth = [
  /^go install -C .*\/test\/node\/kubernetes -buildvcs=false -trimpath -gcflags=all=-dwarf=false -ldflags=-s -w -X k8s\.io\/component-base\/version\.gitVersion=v1\.36\.3 \.$/,
  /^go install -C .*\/test\/packaging\/helm -buildvcs=false -trimpath -gcflags=all=-dwarf=false -ldflags=-s -w helm\.sh\/helm\/v3\/cmd\/helm$/,
  /^go install -C .*\/test\/packaging\/registry -buildvcs=false -trimpath -gcflags=all=-dwarf=false -ldflags=-s -w \.$/,
  /^go install -trimpath -gcflags=all=-dwarf=false -ldflags=-s -w github\.com\/rhysd\/actionlint\/cmd\/actionlint@v1\.7\.12$/,
  /^go install -trimpath -gcflags=all=-dwarf=false -ldflags=-s -w sigs\.k8s\.io\/kustomize\/kustomize\/v5@v5\.8\.1$/,
  /^go mod download -json github\.com\/argoproj\/argo-cd\/v3@v3\.5\.7$/,
  /^go mod download -json github\.com\/fluxcd\/kustomize-controller@v1\.7\.3$/,
  /^go mod download -json github\.com\/fluxcd\/source-controller@v1\.8\.5$/,
  /^go mod download -json github\.com\/owenrumney\/go-sarif\/v3@v3\.3\.1$/,
  /^python3 -m pip install .*moto\[server\]==5\.2\.1$/,
  /^python3 -m venv --clear .*\/moto-5\.2\.1$/,
]

t.test('each command installs its tool, with a line at the start and one at the end', async (t) => {
  const folder = machine(t, { go, python3 })
  const { code, stderr } = await fetchTools(folder)
  t.equal(code, 0)
  t.match(stderr, /^kustomize 5\.8\.1: installing with go into .*\/kees\/tools\/kustomize-5\.8\.1$/m)
  t.match(stderr, /^kustomize 5\.8\.1: done in \d+ s$/m)
  t.match(stderr, /^moto 5\.2\.1: done in \d+ s$/m)
  t.match(calls(folder), callsOfBoth)
  t.strictSame(tools(folder), [
    'actionlint-1.7.12',
    'argo-cd-3.5.7',
    'flux-kustomize-controller-1.7.3',
    'flux-source-controller-1.8.5',
    'go-sarif-3.3.1',
    'helm',
    'kubernetes',
    'kustomize-5.8.1',
    'moto-5.2.1',
    'registry',
  ])
})

t.test('installed tools are not installed again, and nothing is printed', async (t) => {
  const folder = machine(t, { go, python3 })
  await fetchTools(folder)
  t.strictSame(await fetchTools(folder), { code: 0, stderr: '' })
  t.match(calls(folder), callsOfBoth)
})

t.test('an incomplete folder is created again', async (t) => {
  const folder = machine(t, { python3 })
  await fetchTools(folder)
  rmSync(join(folder, 'cache', 'kees', 'tools', 'moto-5.2.1', '.complete'))
  await fetchTools(folder)
  t.equal(calls(folder).length, 4)
})

t.test('of two processes, one installs the tools and the other waits', async (t) => {
  const folder = machine(t, { go, python3 })
  const both = await Promise.all([fetchTools(folder), fetchTools(folder)])
  t.strictSame(
    both.map(({ code }) => code),
    [0, 0],
  )
  t.match(calls(folder), callsOfBoth)
  t.equal(calls(folder).length, callsOfBoth.length)
})

t.test('of a package of npm, one file is installed', async (t) => {
  const folder = machine(t, { npm })
  t.equal((await fetchTools(folder)).code, 0)
  t.match(calls(folder), [/^npm pack --silent --pack-destination=\/.* mermaid@12\.3\.0$/])
  const installed = join(folder, 'cache/kees/tools/mermaid-12.3.0')
  const files = readdirSync(installed, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  t.strictSame(
    files.map(({ name }) => name),
    ['mermaid.min.js'],
  )
})

t.test('without the commands nothing is installed, and that is no error', async (t) => {
  const folder = machine(t, {})
  t.strictSame(await fetchTools(folder), { code: 0, stderr: '' })
  t.strictSame(readdirSync(join(folder, 'cache')), [])
})

t.test('a command that fails is an error with its output, and the other tool is installed', async (t) => {
  const folder = machine(t, { go: `${go}echo error from go >&2\nexit 1\n`, python3 })
  const { code, stderr } = await fetchTools(folder)
  t.equal(code, 1)
  t.match(stderr, /^kustomize 5\.8\.1: error from go\n+".*go install .*" failed with exit code 1$/m)
  t.strictSame(tools(folder), [
    'actionlint-1.7.12.making',
    'helm.making',
    'kubernetes.making',
    'kustomize-5.8.1.making',
    'moto-5.2.1',
    'registry.making',
  ])
})

t.test('with KUBEBUILDER_ASSETS, no control plane is built', async (t) => {
  const folder = machine(t, { go })
  t.equal((await fetchTools(folder, '/opt/envtest')).code, 0)
  t.strictSame(tools(folder), [
    'actionlint-1.7.12',
    'argo-cd-3.5.7',
    'flux-kustomize-controller-1.7.3',
    'flux-source-controller-1.8.5',
    'go-sarif-3.3.1',
    'helm',
    'kustomize-5.8.1',
    'registry',
  ])
})

t.test(
  'arguments select tools by a part of their names; what npm test does not need is installed only if selected',
  async (t) => {
    const folder = machine(t, { go, python3 })
    const pieces = [
      'cosign',
      'helm',
      'Helm 4',
      'promtool',
      'pre-commit',
      'kube-router',
      'kwok',
      'OpenTofu',
      'for user namespaces',
    ]
    await fetchTools(folder, '', pieces)
    t.strictSame(tools(folder), [
      'containerd-2.2.9',
      'cosign-2.6.5',
      'helm',
      'helm-4.3.2',
      'kube-router-2.1.0',
      'kwok-0.8.0',
      'kwok-stages-0.8.0',
      'opentofu',
      'pre-commit-4.7.0',
      'promtool-0.316.0',
      'runc-1.4.4',
    ])
  },
)

t.test(
  'helm and the registry have the versions of Kubernetes, whose packages Go has compiled then',
  async (t) => {
    const kubernetes = versionsOf(kubernetesSource)
    for (const source of [helmSource, registrySource]) {
      const both = [...versionsOf(source)].filter(([name]) => kubernetes.has(name) && !ownVersion.test(name))
      t.ok(both.length > 20, `${both.length} modules`)
      t.strictSame(
        both.filter(([name, version]) => version !== kubernetes.get(name)),
        [],
        source,
      )
    }
  },
)

/** The registry needs packages that older versions do not have. */
const ownVersion = /^go\.opentelemetry\.io\//

/** Of the modules that a go.mod requires, after its replacements. */
function versionsOf(source: string): ReadonlyMap<string, string> {
  const requirements = readFileSync(join(source, 'go.mod'), 'utf8')
  const required = [...requirements.matchAll(/^\t(\S+) (v\S+)/gm)]
  const replaced = [...requirements.matchAll(/^(?:replace |\t)(\S+) => \S+ (v\S+)$/gm)]
  return new Map([...required, ...replaced].map(([, name = '', version = '']) => [name, version]))
}
