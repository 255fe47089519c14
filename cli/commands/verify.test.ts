import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { triesMany } from '../../api/test-effort.ts'
import { fakeIo } from '../fake-io.ts'
import { kees } from '../kees.ts'

const deployment = (name: string, ...annotations: readonly string[]) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  template:
    metadata:
      annotations:
        iam.amazonaws.com/role: app-role
${annotations.map((one) => `        ${one}\n`).join('')}    spec:
      containers:
        - name: app # as it is
`
const reference = 'secret.bsycorp.com/db.password: "kind=REFERENCE,type=PASSWORD"'
const token = 'secret.bsycorp.com/token: "kind=DYNAMIC,type=PASSWORD,size=128"'
const policy = `apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
metadata: {name: default}
spec: {rules: [{namespaces: ["*"], prefixes: ["/{namespace}"]}]}
`

async function run(args: readonly string[], stdin?: string) {
  const io = fakeIo(stdin)
  const exit = await kees(args, io)
  return { exit, printed: io.printed(), said: io.said() }
}

const inject = async (source: string) => (await run(['inject', '-f', '-'], source)).printed

await t.test('injected manifests pass without output, and --pass prints them unchanged', async (t) => {
  const injected = await inject(`${deployment('app', reference)}---\n# nothing\n`)
  t.strictSame(await run(['verify', '-f', '-'], injected), { exit: 0, printed: '', said: '' })
  t.strictSame(await run(['verify', '--pass', '-f', '-'], injected), { exit: 0, printed: injected, said: '' })
})

await t.test('all errors are reported at once, and nothing is printed', async (t) => {
  const injected = await inject(deployment('good', reference))
  const manifests = [
    injected,
    deployment('silent-skip', reference),
    deployment('malformed', 'secret.bsycorp.com/a: "kind=REFERENC,type=PASSWORD"'),
  ]
  const { exit, printed, said } = await run(['verify', '--pass', '-f', '-'], manifests.join('---\n'))
  t.equal(exit, 1)
  t.equal(printed, '')
  t.match(
    said,
    /^\S+:\d+:\d+: error: Deployment\/malformed annotation secret.bsycorp.com\/a: kind "REFERENC" is not known/m,
  )
  t.match(
    said,
    /^\S+:\d+:\d+: error: Deployment\/silent-skip is annotated but not injected\n {2}hint: run inject-init first/m,
  )
  t.notMatch(said, /good/)
})

await t.test(
  'names that are equal in the injected format are an error in verify, export and inject',
  async (t) => {
    const both = (format: string) =>
      deployment('app', `init.bsycorp.com/format: ${format}`, reference, reference.replace('db.', 'db-'))
    const injected = await inject(both('yaml'))
    t.equal((await run(['verify', '-f', '-'], injected)).exit, 0)
    const asOption = injected
      .replace(/ +init\.bsycorp\.com\/format.*\n/, '')
      .replace('value: yaml', 'value: dotenv')
    for (const source of [both('dotenv'), asOption]) {
      for (const command of [['verify'], ['export', '--allow-uninjected'], ['inject']]) {
        const { exit, printed, said } = await run([...command, '-f', '-'], source)
        t.strictSame([exit, printed], [1, ''], command.join(' '))
        t.match(
          said,
          /^\S+:\d+:\d+: error: Deployment\/app annotation secret.bsycorp.com\/db-password: in the format dotenv the name becomes DB_PASSWORD, like that of/m,
        )
      }
    }
  },
)

await t.test('empty input is an error', async (t) => {
  const { exit, said } = await run(['verify', '--pass', '-f', '-'], '')
  t.equal(exit, 1)
  t.equal(said, 'error: there is no Kubernetes object in STDIN\n')
})

await t.test('the StoragePolicy is checked for the known namespace', async (t) => {
  const file = join(t.testdir({ 'policy.yaml': policy }), 'policy.yaml')
  const injected = await inject(deployment('app', token))
  const verify = (...more: string[]) => run(['verify', '-f', '-', '--policy', file, ...more], injected)
  const refused = await verify('--namespace', 'shop')
  t.equal(refused.exit, 1)
  t.match(refused.said, 'the parameter is not below a prefix that the StoragePolicy allows: /shop')
  const unknown = await verify()
  t.equal(unknown.exit, 0)
  t.match(unknown.said, /^STDIN:\d+:\d+: warning: .*the namespace is unknown/)
  t.equal((await verify('--strict')).exit, 1)
})

await t.test('--iam compares the committed module with the manifests', async (t) => {
  const folder = t.testdir()
  const before = await inject(deployment('app', reference))
  t.equal((await run(['export', '-f', '-', '--out', folder], before)).exit, 0)
  t.strictSame(await run(['verify', '-f', '-', '--iam', folder], before), { exit: 0, printed: '', said: '' })
  const policies = join(folder, 'policies.tf')
  writeFileSync(policies, `# looked at\n${readFileSync(policies, 'utf8').replaceAll('  ', '    ')}`)
  t.equal((await run(['export', '-f', '-', '--check', folder], before)).exit, 0, 'layout does not count')
  const after = await inject(deployment('app', reference, token))
  const stale = `error: the module in ${folder} is stale: policies.tf does not grant "app-role": "/token"\n`
  t.strictSame(await run(['verify', '-f', '-', '--iam', folder], after), {
    exit: 1,
    printed: '',
    said: stale,
  })
  t.strictSame(await run(['export', '-f', '-', '--check', folder], after), {
    exit: 1,
    printed: '',
    said: stale,
  })
  const absent = join(folder, 'absent')
  t.strictSame(await run(['verify', '-f', '-', '--iam', absent], after), {
    exit: 2,
    printed: '',
    said: `error: ${absent} cannot be read: it does not exist (ENOENT)\n`,
  })
})

await t.test(
  '--iam and export --check name what else Terraform reads in the folder, and reject overrides',
  async (t) => {
    const folder = t.testdir({ terraform: {} })
    const module = join(folder, 'terraform')
    const manifest = await inject(deployment('app', reference))
    t.equal((await run(['export', '-f', '-', '--out', module], manifest)).exit, 0)
    const checks = [
      ['verify', '-f', '-', '--iam', module],
      ['export', '-f', '-', '--check', module],
    ]
    for (const name of ['backend.tf', 'more.tf.json']) {
      writeFileSync(join(module, name), '')
      for (const check of checks) {
        const { exit, said } = await run(check, manifest)
        t.equal(exit, 0)
        t.match(said, `warning: ${join(module, name)} is in the folder of the module, and is not checked`)
        t.equal((await run([...check, '--strict'], manifest)).exit, 1, 'an error with --strict')
      }
    }
    for (const name of ['override.tf', 'x_override.tf', 'override.tf.json', 'a_override.tf.json']) {
      writeFileSync(join(module, name), '')
      for (const check of checks) {
        const { exit, said } = await run(check, manifest)
        t.equal(exit, 1, name)
        t.match(said, `error: ${join(module, name)} changes the module`)
      }
      rmSync(join(module, name))
    }
  },
)

await t.test('--iam compares with the module that the options of ExportIAM generate', async (t) => {
  const key = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555'
  const folder = t.testdir({
    'export.yaml': `apiVersion: kees.bsycorp.com/v1alpha1\nkind: ExportIAM\nspec: {kmsKeys: [{prefix: /, arn: "${key}"}]}\n`,
  })
  const config = ['--config', join(folder, 'export.yaml')]
  const manifest = await inject(deployment('app', reference))
  t.equal((await run(['export', '-f', '-', ...config, '--out', folder], manifest)).exit, 0)
  t.equal((await run(['verify', '-f', '-', ...config, '--iam', folder], manifest)).exit, 0)
  t.equal((await run(['verify', '-f', '-', '--iam', folder], manifest)).exit, 1, 'without them it is another')
})

await t.test('--config takes what concerns verify from the file of either function', async (t) => {
  const head = 'apiVersion: kees.bsycorp.com/v1alpha1\n'
  const folder = t.testdir({
    'inject.yaml': `${head}kind: InjectInit\nspec: {annotationDomain: example.com, image: example/init:1}\n`,
    'export.yaml': `${head}kind: ExportIAM\nspec: {annotationDomain: example.com, output: only}\n`,
  })
  const foreign = deployment('app', reference.replace('bsycorp', 'example'))
  for (const file of ['inject.yaml', 'export.yaml']) {
    const { exit, said } = await run(['verify', '-f', '-', '--config', join(folder, file)], foreign)
    t.equal(exit, 1, file)
    t.match(said, 'is annotated but not injected')
  }
})

await t.test(
  'changes after the injection are reported, and so are differences from the options',
  async (t) => {
    const injected = await inject(deployment('app', reference))
    const json = injected.replace(
      'annotations:\n        iam',
      'annotations:\n        init.bsycorp.com/format: json\n        iam',
    )
    const { exit, printed, said } = await run(['verify', '--pass', '-f', '-'], json)
    t.strictSame([exit, printed], [1, ''])
    t.equal(
      said,
      'STDIN:18:11: error: Deployment/app spec.template.spec.initContainers[init-container].env[FORMAT]: missing, ' +
        'expected "json" (annotation init.bsycorp.com/format)\n' +
        '  hint: run inject-init again, after the last change\n',
    )
    const retagged = injected.replace('init:latest', 'init:2')
    t.equal((await run(['verify', '-f', '-'], retagged)).exit, 0)
    t.equal((await run(['verify', '-f', '-', '--image', 'bsycorp/kees/init:2'], retagged)).exit, 0)
    const { exit: other, said: why } = await run(
      ['verify', '-f', '-', '--image', 'bsycorp/kees/init:3'],
      retagged,
    )
    t.equal(other, 1)
    t.match(
      why,
      'init-container].image: is "bsycorp/kees/init:2", expected "bsycorp/kees/init:3" (flag --image)',
    )
  },
)

await t.test('--config takes one file of each function', async (t) => {
  const head = 'apiVersion: kees.bsycorp.com/v1alpha1\n'
  const key = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555'
  const folder = t.testdir({
    'inject.yaml': `${head}kind: InjectInit\nspec: {image: example/init:1, namespace: shop}\n`,
    'export.yaml': `${head}kind: ExportIAM\nspec: {kmsKeys: [{prefix: /, arn: "${key}"}], allowUninjected: true}\n`,
    'other.yaml': `${head}kind: ExportIAM\nspec: {namespace: other}\n`,
    'map.yaml': 'apiVersion: v1\nkind: ConfigMap\ndata: {image: example/init:1}\n',
    module: {},
  })
  const file = (name: string) => join(folder, name)
  const config = (...names: readonly string[]) => names.flatMap((name) => ['--config', file(name)])
  const source = deployment('app', reference)
  const injected = (await run(['inject', '-f', '-', ...config('inject.yaml')], source)).printed
  const out = ['export', '-f', '-', ...config('export.yaml'), '--out', file('module')]
  t.equal((await run(out, injected)).exit, 0)
  const verify = (text: string, ...names: string[]) =>
    run(['verify', '-f', '-', '--iam', file('module'), ...config(...names)], text)
  t.strictSame(await verify(injected, 'inject.yaml', 'export.yaml'), { exit: 0, printed: '', said: '' })
  t.strictSame(await verify(injected, 'export.yaml', 'map.yaml'), { exit: 0, printed: '', said: '' })
  const retagged = await verify(injected.replace('init:1', 'init:2'), 'export.yaml', 'inject.yaml')
  t.equal(retagged.exit, 1)
  t.match(
    retagged.said,
    /image: is "example\/init:2", expected "example\/init:1" \(.*inject.yaml: option image\)/,
  )
  t.match(
    (await verify(source, 'export.yaml')).said,
    'is annotated but not injected',
    'whatever export allows',
  )
  const refused = await verify(injected, 'inject.yaml', 'other.yaml', 'export.yaml')
  t.equal(refused.exit, 2)
  t.match(refused.said, /option namespace is not the same in .*inject.yaml and .*other.yaml/)
  t.match(refused.said, /flag --config names a second file for one function: .*export\.yaml/)
})

await t.test('with --iam too, each error is reported once', async (t) => {
  const folder = t.testdir()
  const malformed = deployment('app', reference.replace('PASSWORD', 'PASWORD'))
  const { exit, said } = await run(['verify', '-f', '-', '--iam', folder], malformed)
  t.equal(exit, 1)
  t.equal(said.match(/type "PASWORD" is not known/g)?.length, 1)
  t.equal(said.match(/is annotated but not injected/g)?.length, 1)
})

await t.test('with --iam, verify reports all that verify and export report, in each format', async (t) => {
  const config = (spec: string) => `apiVersion: kees.bsycorp.com/v1alpha1\nkind: ExportIAM\nspec: ${spec}\n`
  const folder = t.testdir({
    'terraform.yaml': config('{}'),
    'json.yaml': config('{format: json, region: eu-west-1, account: "111122223333"}'),
    terraform: {},
    json: {},
  })
  const unusual = deployment('unusual', `${reference.slice(0, -1)},foo=bar"`).replace(/ +iam\..*\n/, '')
  const parts = [
    await inject(deployment('good', reference)),
    deployment('skipped', reference),
    (await inject(deployment('patched', reference))).replace(
      'readOnly: true',
      'readOnly: true\n              subPath: a',
    ),
    await inject(unusual),
    deployment('one', token),
    deployment('two', token.replace('128', '256')),
    deployment('malformed', 'secret.bsycorp.com/a: "kind=REFERENC,type=PASSWORD"'),
  ]
  // verify has no flags for the options of export-iam.
  const each = (said: string) =>
    said.replaceAll('flag --roles', 'option roles of --config').trimEnd().split('\n')
  for (const format of triesMany ? ['terraform', 'json'] : ['terraform']) {
    const args = ['--config', join(folder, `${format}.yaml`), '-f', '-']
    const module = join(folder, format)
    const write = await run(['export', '--out', module, ...args], parts.slice(0, 1).join('---\n'))
    t.equal(write.exit, 0, write.said)
    // Without an error in the input, the stale module is reported too.
    for (const some of [parts, parts.slice(0, 5)]) {
      const yaml = some.join('---\n')
      const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: some.map((one) => parse(one)) })
      for (const input of [yaml, list]) {
        const both = await run(['verify', '--iam', module, ...args], input)
        const verify = await run(['verify', ...args], input)
        const check = await run(['export', '--check', module, '--allow-uninjected', ...args], input)
        t.strictSame(both.exit, 1)
        t.strictSame(
          new Set(each(both.said)),
          new Set([...each(verify.said), ...each(check.said)]),
          `${format}, ${some.length} workloads`,
        )
        t.equal(
          each(both.said).filter((one) => one.includes('attribute "foo"')).length,
          1,
          'each result once',
        )
        if (some !== parts) t.match(both.said, `the module in ${module} is stale`)
      }
    }
  }
})

await t.test('pods from kubectl get pass, with any configured image and names', async (t) => {
  const options = [
    '--image',
    'example/init:1',
    '--container-name',
    'fetch',
    '--secret-mount-path',
    '/run/secret',
  ]
  const pod = `apiVersion: v1
kind: Pod
metadata:
  name: app-5d4f8c7b9-x2x7k
  annotations:
    secret.bsycorp.com/db.password: "kind=REFERENCE,type=PASSWORD"
spec:
  containers:
    - name: app
`
  const injected = (await run(['inject', '-f', '-', ...options], pod)).printed
  const read = injected
    .replace(/ +kees\.bsycorp\.com\/injected.*\n/, '')
    .replaceAll(/( +)fieldPath: /g, '$1apiVersion: v1\n$1fieldPath: ')
  const list = { apiVersion: 'v1', kind: 'List', items: [parse(read)] }
  t.strictSame(await run(['verify', '-f', '-'], JSON.stringify(list)), { exit: 0, printed: '', said: '' })
  const [{ metadata, spec }] = list.items
  const raw = { apiVersion: 'v1', kind: 'PodList', items: [{ metadata, spec }] }
  t.strictSame(await run(['verify', '-f', '-'], JSON.stringify(raw)), { exit: 0, printed: '', said: '' })
  raw.items.push({ metadata: { ...metadata, name: 'bare' }, spec: { containers: spec.containers } })
  const { said: missed } = await run(['verify', '-f', '-'], JSON.stringify(raw))
  t.match(missed, /^\S+:\d+:\d+: error: Pod\/bare is annotated but not injected/)
  spec.containers.push({ name: 'istio-proxy' })
  t.equal((await run(['verify', '-f', '-'], JSON.stringify(list))).exit, 0, 'a mesh puts its own beside them')
  delete spec.containers[0].volumeMounts
  const { exit, said } = await run(['verify', '-f', '-'], JSON.stringify(list))
  t.equal(exit, 1)
  t.match(said, 'spec.containers[app].volumeMounts[/run/secret]: missing')
})

await t.test('errors of the command line are reported', async (t) => {
  const { exit, said } = await run(['verify', 'x', '--policy', '/absent', '--namespace', 'A_B'])
  t.equal(exit, 2)
  t.match(said, 'error: /absent cannot be read')
  t.match(said, 'error: flag --namespace "A_B" is not the name of a namespace')
  t.match(said, /error: argument "[^"]+" is not known\n {2}hint: name manifests by -f/)
  t.match(said, 'error: flag -f is missing')
})

await t.test(
  'an input that is read in pieces has the results of one that has to be parsed as a whole',
  async (t) => {
    const good = await inject(deployment('good', reference))
    const wrong = [
      good.replace('mountPath: /secret', 'mountPath: /other'),
      deployment('silent-skip', reference),
      deployment('malformed', token.replace('DYNAMIC', 'DYNAMI')),
      good.replace('name: good', 'name: weak').replace('type=PASSWORD', 'type=PASSWOR'),
    ]
    const inPieces = [good, ...wrong].join('---\n')
    for (const flags of [[], ['--strict'], ['--image', 'other/init:1'], ['--report', 'json']]) {
      const found = await run(['verify', ...flags, '-f', '-'], inPieces)
      t.equal(found.exit, 1)
      t.match(found.said + found.printed, /silent-skip/)
      t.strictSame(found, await run(['verify', ...flags, '-f', '-'], inPieces.trimEnd()))
    }
    const broken = `${inPieces}---\nkind: [\n`
    const { exit, said } = await run(['verify', '-f', '-'], broken)
    t.equal(exit, 1)
    t.match(said, /^STDIN:\d+:1: error: the manifest is not valid YAML/)
    t.equal(said.split('\n').length, 2, 'and nothing of the objects before it')
  },
)
