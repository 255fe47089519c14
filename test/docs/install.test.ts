/**
 * Runs the commands of docs/install.md on a real API server with controllers and on moto, with Terraform's AWS provider, for
 * each way in which pods get roles. Then runs the creator and init as processes, as a node would run them. Unless it runs in
 * full, it applies only one of these ways, of which terraform destroys nothing; of the others it generates the manifest and the policy.
 */
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import t, { type Test } from 'tap'
import manifest from '../../package.json' with { type: 'json' }
import { callers, strangers } from './callers-of-orders.ts'
import { type ControlPlane, controllersMissing, startControlPlane } from '../servers/control-plane.ts'
import { eventually } from '../programs/eventually.ts'
import { startInstalled } from '../creator/installed-creator.ts'
import { attachedTo, trustOf } from '../iam/moto-iam.ts'
import { attachedProvider } from '../iam/aws-provider.ts'
import { type Moto, motoMissing, startMoto } from '../servers/moto.ts'
import { dist, golden, root, run } from '../programs/programs.ts'
import { parseReadmeBlocks } from './readme-commands.ts'
import { isLong } from '../programs/long.ts'
import { runTerraform, writeFiles } from '../iam/run-terraform.ts'
import { runBeside } from '../programs/run-beside.ts'
import { storedBelow } from './stored-parameters.ts'
import { command, kubectl, terraform, terraformAwsPluginDir, terraformEnv } from '../programs/tools.ts'
import { letsIn } from '../iam/trust-judge.ts'

t.setTimeout(1_200_000)

const identities = ['irsa', 'pod-identity', 'kube2iam']
const account = '111122223333'
const example = 'kustomize-examples/first-secret'
const text = readFileSync(join(root, 'docs/install.md'), 'utf8')
/** The blocks of a section, without those that are fenced as `sh build`, which need the network or a registry. */
const blocksOf = (heading: string) => {
  const section = text.split(new RegExp(`^## (?:\\d\\. )?${heading}$`, 'm'))[1]?.split(/^## /m)[0] ?? ''
  return parseReadmeBlocks(section).map((block) => (block.type === 'script' ? block.text : ''))
}

t.test('every named file exists', async (t) => {
  const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[\w-]+)?\)/g)].map(([, path = '']) => path)
  for (const path of links) t.ok(existsSync(join(root, 'docs', path)), path)
  const said = [...text.matchAll(/(?:[\w.-]+\/)*(?:\$identity|[\w-]+)(?:\/[\w$-]+)*\.(?:yaml|tfvars|tf)\b/g)]
  const paths = said.map(([path]) => path).filter((path) => path !== 'manifest.yaml' && !path.startsWith('/'))
  t.ok(paths.length > 5)
  for (const identity of identities) {
    for (const path of paths) {
      const named = path.replace('$identity', identity)
      t.ok(existsSync(join(root, example, named)), named)
    }
    for (const folder of ['roles', 'creator', 'terraform'])
      t.ok(existsSync(join(root, example, folder, identity)), `${folder}/${identity}`)
  }
})

const [settings = ''] = blocksOf('Set account, region, registry and identity')
const unbuildable = [kubectl(), command('bash')].find(({ missing }) => missing !== undefined)?.missing

t.test(
  'the account, region and registry of a user replace those of the example',
  { skip: unbuildable ?? false },
  async (t) => {
    const folder = copyOfExample(t)
    const cwd = join(folder, example)
    const theirs = 'account=444455556666 region=ap-southeast-2 registry=ghcr.io/acme'
    const said = /^account=\S+ region=\S+ registry=\S+/m
    t.match(settings, said)
    const shell = (script: string) => run('bash', ['--norc', '-euo', 'pipefail', '-c', script], { cwd })
    t.strictSame(shell(settings.replace(said, theirs)), { stdout: '', stderr: '', status: 0 })
    const files = globSync('**/*.{md,yaml,tf,tfvars}', { cwd })
    t.ok(files.length > 20)
    for (const file of files)
      t.notMatch(readFileSync(join(cwd, file), 'utf8'), /111122223333|eu-west-1|registry\.example/, file)
    for (const identity of identities) {
      const build = `kubectl kustomize roles/${identity} | kees inject --config inject-init.yaml -f -`
      const { stdout, status } = shell(build)
      t.equal(status, 0)
      t.match(stdout, `image: ghcr.io/acme/kees-init:v${manifest.version}\n`)
      t.match(stdout, 'value: ap-southeast-2\n')
      t.equal(stdout, readFileSync(join(cwd, `expected/${identity}.yaml`), 'utf8'))
      const creator = shell(`kubectl kustomize creator/${identity}`).stdout
      t.match(creator, `image: ghcr.io/acme/kees-creator:v${manifest.version}\n`)
      t.match(creator, 'value: ap-southeast-2\n')
      if (identity === 'irsa') t.match(creator, 'arn:aws:iam::444455556666:role/kees-creator\n')
    }
  },
)

const skip =
  controllersMissing ||
  motoMissing ||
  [kubectl(), terraform(), terraformAwsPluginDir(), command('openssl'), command('bash')].find(
    ({ missing }) => missing !== undefined,
  )?.missing ||
  false

const noTerraform = terraform().missing ?? terraformAwsPluginDir().missing ?? false

t.test('the configurations are valid and formatted', { skip: noTerraform }, async (t) => {
  const folder = copyOfExample(t)
  const cwd = join(folder, example)
  t.equal(await runTerraform(join(cwd, 'terraform'), 'fmt', '-check', '-diff', '-recursive'), '')
  // That of irsa is applied below.
  if (!isLong) return
  const calls = identities.map((identity) => {
    const values = readFileSync(join(cwd, 'terraform', identity, 'terraform.tfvars'), 'utf8')
    return `module "${identity}" {\n  source = "./terraform/${identity}"\n${values}}\n`
  })
  // Side by side in one configuration: the provider has to start only once.
  await writeFiles(cwd, [['main.tf', calls.join('')]])
  await runTerraform(cwd, 'init', `-plugin-dir=${terraformAwsPluginDir().path ?? ''}`)
  t.match(await runTerraform(cwd, 'validate'), 'The configuration is valid')
})

for (const identity of identities) {
  t.test(`the role of the app by ${identity}`, { skip: terraform().missing ?? false }, async (t) => {
    const file = readFileSync(join(root, example, 'terraform', identity, 'main.tf'), 'utf8')
    const policy =
      /^resource "aws_iam_role" "orders" \{[^]*?assume_role_policy = (jsonencode\([^]*?^ {2}\}\))/m.exec(file)
    // What needs no provider.
    const blocks = [...file.matchAll(/^(?:variable|locals)\b[^]*?^\}$/gm)].map(([block]) => block)
    const folder = t.testdir({
      'main.tf': `${blocks.join('\n')}\noutput "trust" {\n  value = ${policy?.[1]}\n}\n`.replace(
        'data.aws_caller_identity.current.account_id',
        JSON.stringify(account),
      ),
    })
    cpSync(join(root, example, 'terraform', identity, 'terraform.tfvars'), join(folder, 'terraform.tfvars'))
    await runTerraform(folder, 'apply', '-auto-approve')
    const trust: unknown = JSON.parse(JSON.parse(await runTerraform(folder, 'output', '-json', 'trust')))
    await letsInOnly(t, trust, identity)
  })
}

t.test('from nothing to a pod that reads its secret', { skip, timeout: 1_200_000 }, async (t) => {
  process.env['MOTO_ACCOUNT_ID'] = account
  const [plane, moto] = await Promise.all([startControlPlane({ controllers: true }), startMoto()])
  t.teardown(() => Promise.all([plane.stop(), moto.stop()]))
  for (const identity of identities) {
    await t.test(identity, { timeout: 1_200_000 }, (t) => install(t, plane, moto, identity))
    await moto.reset()
  }
})

function copyOfExample(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'kees-install-docs-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of ['install', example]) cpSync(join(root, name), join(folder, name), { recursive: true })
  return folder
}

/** moto does not support Pod Identity associations, so they are only validated. */
const withoutAssociations = '-target=module.kees_creator -target=module.secrets'
/** Removes the commands that need nodes or the AWS CLI. */
const withoutNodes = (script: string) =>
  script.replaceAll(/^(kubectl rollout status|kubectl logs|aws) .*$/gm, '')
/** It looks for the provider, as it does without the variables of one that runs already. */
const initByItself = `terraform() {
  case "$*" in
    *" init") env -u TF_REATTACH_PROVIDERS terraform "$@" ;;
    *) command terraform "$@" ;;
  esac
}
`
const withoutTerraform = (script: string) => script.replaceAll(/^terraform .*$/gm, '')

async function letsInOnly(t: Test, trust: unknown, identity: string): Promise<void> {
  for (const [known, caller] of Object.entries(callers)) {
    t.equal(await letsIn(trust, caller, account), known === identity, `${identity}: ${known}`)
  }
  for (const caller of strangers) t.equal(await letsIn(trust, caller, account), false, JSON.stringify(caller))
}

async function install(t: Test, plane: ControlPlane, moto: Moto, identity: string): Promise<void> {
  const folder = copyOfExample(t)
  mkdirSync(join(folder, 'node', 'secret'), { recursive: true })
  const cwd = join(folder, example)
  const aws = { AWS_ENDPOINT_URL: moto.endpoint, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
  const isApplied = isLong || identity === 'irsa'
  const env = {
    ...terraformEnv(),
    ...aws,
    ...(isApplied ? await attachedProvider(t, aws) : {}),
    KUBECONFIG: plane.kubeconfig,
    PATH: [dist, process.env['PATH']].join(delimiter),
    TF_CLI_ARGS_init: `-plugin-dir=${terraformAwsPluginDir().path ?? ''}`,
    TF_CLI_ARGS_apply: `-auto-approve ${identity === 'pod-identity' ? withoutAssociations : ''}`,
    TF_CLI_ARGS_destroy: '-auto-approve',
  }
  const chosen = settings.replace(/^identity=irsa.*$/m, `identity=${identity}`)
  const shell = async (script: string) => {
    const all = `cd ${cwd}\nexec 2>&1\n${initByItself}${chosen}${withoutNodes(script)}`
    const { status, stdout } = await runBeside('bash', ['-euo', 'pipefail', '-c', all], { env })
    return { status, stdout }
  }
  const follow = async (heading: string, withTerraform = true) => {
    const script = blocksOf(heading).join('')
    const { status, stdout } = await shell(withTerraform ? script : withoutTerraform(script))
    t.equal(status, 0, `${heading}: ${stdout}`)
  }
  const read = (path: string) => readFileSync(join(cwd, path), 'utf8')

  await follow('Generate the manifest and the policy')
  t.equal(
    read('manifest.yaml'),
    golden(join(root, example, `expected/${identity}.yaml`), read('manifest.yaml')),
  )
  const module = join('terraform', identity, 'secrets')
  for (const name of globSync('*', { cwd: join(cwd, module) }))
    t.equal(read(join(module, name)), golden(join(root, example, module, name), read(join(module, name))))

  if (!isApplied) return
  await follow('Apply the roles')
  const policies = await attachedTo(moto.endpoint, 'shop-orders')
  const arns = ['db.password', 'session.key'].map(
    (name) => `arn:aws:ssm:eu-west-1:${account}:parameter/shop/${name}`,
  )
  t.match(Object.values(policies), [{ Statement: [{ Action: 'ssm:GetParameters', Resource: arns }] }])
  await letsInOnly(t, await trustOf(moto.endpoint, 'shop-orders'), identity)

  await follow('Install the creator')
  const creator = await startInstalled(t, plane, moto)
  t.teardown(creator.kill)
  await follow('Store the password')
  const [deploy = ''] = blocksOf('Deploy the app')
  const [, status = ''] = /^(kubectl get pods .*)$/m.exec(deploy) ?? []
  const { status: deployed, stdout: said } = await shell(deploy.replace(status, ''))
  t.equal(deployed, 0, said)
  await eventually('kees status is satisfied', async () => {
    const { status: code, stdout: table } = await shell(status)
    return code === 0 && / exists\n/.test(table)
  })
  const stored = await storedBelow(moto.endpoint, '/')
  t.strictSame([...stored.keys()].toSorted(), ['/shop/db.password', '/shop/session.key'])
  const values = [...stored].map(([name, { value }]) => `${name.replace('/shop/', '')}=${value}\n`)
  t.equal(await followInit(t, plane, join(folder, 'node'), aws), values.toSorted().join(''))

  await follow('Let the API server check')
  // The rest does not depend on the identity.
  if (identity === 'irsa') {
    const imagesOf = async (what: string) =>
      (await shell(`kubectl get ${what} -o jsonpath='{..image}'`)).stdout.split(' ').toSorted()
    const orders = (version: string) => ['busybox:1.37', `registry.example.com/kees-init:${version}`]
    const creators = (version: string) => [`registry.example.com/kees-creator:${version}`]
    const [, released = '', next = ''] = /^old=(\S+) new=(\S+)$/m.exec(text) ?? []
    t.equal(released, `v${manifest.version}`)
    // There is nothing to apply: the module is the same.
    await follow('Upgrade', isLong)
    const { stdout: allowed } = await shell('kubectl get validatingadmissionpolicies kees-pods -o yaml')
    t.match(allowed, `registry.example.com/kees-init:${next}`)
    t.notMatch(allowed, `kees-init:${released}`, 'the old image is no longer allowed')
    t.strictSame(await imagesOf('deployment/orders -n shop'), orders(next))
    t.strictSame(await imagesOf('deployment/kees-creator -n kees'), creators(next))
    await follow('Roll back')
    t.strictSame(await imagesOf('deployment/orders -n shop'), orders(released))
    t.strictSame(await imagesOf('deployment/kees-creator -n kees'), creators(released))
    t.strictSame(await storedBelow(moto.endpoint, '/'), stored, 'and the store is as it was')
  }

  await creator.kill()
  await follow('Uninstall', isLong)
  const left = await shell('kubectl get namespaces,clusterroles,validatingadmissionpolicies -o name')
  t.notMatch(left.stdout, /kees|shop/)
}

/** Runs init with the annotations of the pod and with the environment of its container. */
async function followInit(
  t: Test,
  plane: ControlPlane,
  folder: string,
  aws: Readonly<Record<string, string>>,
): Promise<string> {
  const { body } = await plane.request('GET', '/api/v1/namespaces/shop/pods')
  const pods: PodList = JSON.parse(JSON.stringify(body))
  const [pod] = pods.items
  const annotations = Object.entries(pod?.metadata.annotations ?? {}).map(
    ([key, value]) => `${key}=${JSON.stringify(value)}`,
  )
  const [container] = pod?.spec.initContainers ?? []
  const set = (container?.env ?? []).flatMap(({ name, value }) =>
    value === undefined ? [] : [[name, value]],
  )
  writeFileSync(join(folder, 'annotations'), annotations.join('\n'))
  const { status, stderr } = await runBeside('init', [], {
    env: {
      ...Object.fromEntries(set),
      ...aws,
      ANNOTATIONS_FILE: join(folder, 'annotations'),
      SECRETS_FILE: join(folder, 'secret', 'secret'),
    },
  })
  t.equal(status, 0, stderr)
  return readFileSync(join(folder, 'secret', 'secret'), 'utf8')
}

type PodList = {
  readonly items: readonly {
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> }
    readonly spec: {
      readonly initContainers: readonly {
        readonly env: readonly { readonly name: string; readonly value?: string }[]
      }[]
    }
  }[]
}
