/**
 * The scripts of the release workflow, run in its order in a clone: with registries of containers (TLS, a login) and of npm
 * on loopback. A key of this test signs where GitHub's identity would; the steps that are not run are those that docs/releasing.md lists.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import manifest from '../../package.json' with { type: 'json' }
import { platforms as executablePlatforms } from '../../scripts/executables/platforms.ts'
import { builderForMacOs, injectorFolder, runtimeOf } from '../../scripts/executables/runtimes.ts'
import { images } from '../../scripts/images/image-programs.ts'
import { platformNode } from '../../scripts/images/platform-node.ts'
import { platforms } from '../../scripts/images/platform.ts'
import { findCommand } from '../../scripts/tools/installed.ts'
import { inImageTurn } from '../../scripts/tests/image-turns.ts'
import { cachedCosign, cosignVersion, toolCache } from '../../scripts/tools/tool-cache.ts'
import { baseImage, containerEnv, containersMissing } from './container-engine.ts'
import { makeLoopbackCertificate } from '../servers/loopback-certificate.ts'
import { startNpmRegistry } from './npm-registry.ts'
import { root } from '../programs/programs.ts'
import { registryMissing, startRegistry } from './registry.ts'
import { isLong } from '../programs/long.ts'
import { runBeside } from '../programs/run-beside.ts'
import { command } from '../programs/tools.ts'
import { parseWorkflow, startRunner, type Step } from './workflow-steps.ts'

t.setTimeout(1_200_000)

const { env: workflowEnv, steps } = parseWorkflow(join(root, '.github/workflows/release.yaml'))
/** Scripts that are not run here, because others do. */
const elsewhere = [
  'sudo --preserve-env env "PATH=$PATH" .ci/install-tools',
  'sudo --preserve-env env "PATH=$PATH" .ci/run test:long',
  'sudo --preserve-env env "PATH=$PATH" npm run test:node:long',
  'Install cosign',
  'Install QEMU',
]
const runs = ({ run, title }: Step) => run !== undefined && !elsewhere.includes(title)

t.test('docs/releasing.md names the steps that are not run here, in their order', async (t) => {
  const text = readFileSync(join(root, 'docs/releasing.md'), 'utf8')
  const section = text.split(/^## Steps that no test runs$/m)[1]?.split(/^## /m)[0] ?? ''
  const said = [...section.matchAll(/^- ([\w-]+): `([^`]+)`/gm)].map(([, job, title]) => `${job}: ${title}`)
  const left = steps.filter((step) => !runs(step)).map(({ job, title }) => `${job}: ${title}`)
  t.strictSame(said, [...new Set(left)])
})

t.test('the workflow uses the same version of cosign as this test', async (t) => {
  const installing = steps.filter(({ title }) => title === 'Install cosign')
  t.equal(installing.length, 2)
  for (const { run } of installing)
    t.match(run, `github.com/sigstore/cosign/v2/cmd/cosign@v${cosignVersion}\n`)
})

const path = containerEnv['PATH']
const missing = ['buildah', 'skopeo'].find((name) => findCommand(name, path) === undefined)
const skip =
  containersMissing ||
  registryMissing ||
  (missing !== undefined && `needs the command ${missing}`) ||
  [command('openssl'), command('bash'), command('jq'), command('git')].find((one) => one.missing)?.missing ||
  false

const gitMissing =
  [command('git'), command('ssh-keygen'), command('bash')].find((one) => one.missing)?.missing ?? false

t.test('a tag is released if somebody who may release signed it', { skip: gitMissing }, async (t) => {
  const step = steps.find(({ title }) => title === 'The tag is signed by somebody who may release')
  if (!step) throw new Error('the step is missing')
  const folder = t.testdir({ clone: {} })
  const clone = join(folder, 'clone')
  git(clone, 'init', '--quiet')
  git(clone, ...committer, 'commit', '--quiet', '--allow-empty', '--message=one')
  const { commit, signers } = signTag(folder, clone, 'v1.0.0')
  const outcome = async (tag: string, allowed = signers, sha = commit) => {
    const env = { PATH: process.env['PATH'], HOME: folder, GITHUB_REF_NAME: tag, GITHUB_SHA: sha }
    const runner = startRunner(clone, folder, env, { RELEASE_SIGNERS: allowed })
    return runner.run(step).then(
      () => 'released',
      () => 'refused',
    )
  }
  t.equal(await outcome('v1.0.0'), 'released')
  t.equal(await outcome('v1.0.0', ''), 'refused', 'nobody may release')
  t.equal(
    await outcome('v1.0.0', signers.replace(/ssh-ed25519 \S+/, otherKey(folder))),
    'refused',
    'another key',
  )
  git(clone, ...committer, 'commit', '--quiet', '--allow-empty', '--message=two')
  t.equal(
    await outcome('v1.0.0', signers, git(clone, 'rev-parse', 'HEAD').trim()),
    'refused',
    'another commit',
  )
  git(clone, 'tag', 'v1.0.1', commit)
  git(clone, ...committer, 'tag', '--annotate', '--message=v1.0.2', 'v1.0.2', commit)
  git(clone, 'push', '--quiet', 'origin', 'v1.0.1', 'v1.0.2')
  t.equal(await outcome('v1.0.1'), 'refused', 'a tag without an object')
  t.equal(await outcome('v1.0.2'), 'refused', 'without a signature')
  t.equal(await outcome('v9.9.9'), 'refused', 'no such tag')
})

t.test('the job that pushes has the images of the job that builds', { skip }, async (t) => {
  const folder = t.testdir({ dist: {}, context: {} })
  const prefix = `localhost/kees-handed-over-${process.pid}-`
  const names = images.flatMap(({ target }) => platforms.map(({ arch }) => `${prefix}${target}:v1-${arch}`))
  const buildah = async (...args: readonly string[]) => {
    const { status, stdout, stderr } = await runBeside('buildah', args, { env: containerEnv })
    if (status !== 0) throw new Error(stderr)
    return stdout.trim()
  }
  const digests = async () => {
    const found = await Promise.all(
      names.map((name) => buildah('inspect', '--format={{.FromImageID}}', '--type=image', name)),
    )
    return Object.fromEntries(names.map((name, index) => [name, found[index]]))
  }
  await inImageTurn(async () => {
    for (const name of names) {
      writeFileSync(join(folder, 'context/Containerfile'), `FROM scratch\nLABEL name="${name}"\n`)
      const platform = `--platform=linux/${name.split('-').at(-1) ?? ''}`
      await buildah('build', '--quiet', '--format=oci', platform, `--tag=${name}`, join(folder, 'context'))
    }
    try {
      const built = await digests()
      const env = { ...containerEnv, PREFIX: prefix, GITHUB_REF_NAME: 'v1' }
      const runner = startRunner(folder, folder, env, {})
      for (const title of ['Save the images', 'Load the images']) {
        const step = steps.find((one) => one.title === title)
        if (!step) throw new Error(`no step ${title}`)
        await runner.run(step)
        if (title === 'Save the images') await buildah('rmi', '--force', ...names)
      }
      t.strictSame(await digests(), built)
    } finally {
      await buildah('rmi', '--force', ...names)
    }
  })
})

// In full by `npm run test:long`, as in the release workflow: cosign and all images are built for it. What it pushes and
// packs is shown on less by push-images.test.ts, supply-chain.test.ts and npm-package.test.ts.
if (isLong) t.test('a release', { skip }, release)

async function release(t: Test): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kees-release-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const certificate = makeLoopbackCertificate(folder)
  const user = 'robot:$2b$04$NpEPGE1/rr6ss3pUdAprje57A3sS4h5Sgf4BZSk3xMLMnbBKWr7dS'
  const [registry, bases] = [await startRegistry({ certificate, user }), await startRegistry({ certificate })]
  t.teardown(() => Promise.all([registry.stop(), bases.stop()]))
  const npm = await startNpmRegistry()
  t.teardown(() => npm.stop())
  const prefix = `${registry.address}/bsycorp/kees-`
  const tag = `v${manifest.version}`

  // From where it really is: the steps know no registry but that of this test.
  for (const platform of platforms) await platformNode(root, platform)
  for (const platform of executablePlatforms) await runtimeOf(platform)
  await builderForMacOs()
  await injectorFolder()
  const clone = cloneOf(folder)
  const signed = signTag(folder, clone, tag)
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const keyed = [
    'sign|attest) shift; exec "$real" "$command" --key="$TEST_KEY" --tlog-upload=false "$@" ;;',
    'sign-blob) shift; exec "$real" sign-blob --key="$TEST_KEY" --tlog-upload=false "$@" ;;',
    // The base of this test is signed with its key, and no identity.
    'verify) case "$*" in *--certificate-identity*) exec "$real" verify --key="$TEST_KEY" --insecure-ignore-tlog "$2" ;; esac',
  ].join('\n')
  standIn(bin, 'cosign', cachedCosign() ?? '', keyed)
  // Only GitHub can attest the provenance, and the token is for the registry of this test.
  const token = `"--//${npm.address}/:_authToken=$NPM_TOKEN"`
  const unattested = `publish) shift; [ "$1" = --provenance ] && shift; exec "$real" publish ${token} "$@"`
  standIn(bin, 'npm', findCommand('npm') ?? '', unattested)
  // Only GitHub can offer it.
  standIn(bin, 'gh', '/bin/false', `release) printf '%s\\n' "$@" > '${folder}/released'; exit 0 ;;`)
  const env = {
    ...containerEnv,
    ...workflowEnv,
    GITHUB_REPOSITORY: 'bsycorp/kees',
    PREFIX: prefix,
    GITHUB_REF_NAME: tag,
    GITHUB_SHA: signed.commit,
    HOME: folder,
    XDG_CACHE_HOME: dirname(dirname(toolCache())),
    npm_config_cache: join(homedir(), '.npm'),
    npm_config_registry: `http://${npm.address}/`,
    REGISTRY_AUTH_FILE: join(folder, 'auth.json'),
    SSL_CERT_FILE: certificate.file,
    COSIGN_PASSWORD: '',
    // Of what is not on loopback, cosign asks in vain; it would want Sigstore's keys.
    HTTPS_PROXY: 'http://127.0.0.1:9',
    NO_PROXY: baseImage === undefined ? '*' : '127.0.0.1',
    TEST_KEY: join(folder, 'cosign.key'),
    PATH: [bin, path].join(delimiter),
  }
  writeFileSync(env.REGISTRY_AUTH_FILE, '{}')
  const say = async (name: string, ...args: readonly string[]) => {
    const { status, stdout, stderr } = await runBeside(name, args, { env })
    if (status !== 0) throw new Error(`${name} ${args.join(' ')}: ${stderr}`)
    return stdout
  }
  /** As an image of its own: one that is pulled takes the place of one with the same configuration, and of its manifest. */
  const pushBase = async (from: string, name: string, to: string) => {
    const file = join(folder, 'Containerfile')
    writeFileSync(file, `FROM ${from}\nLABEL pid=${process.pid}\n`)
    const wanted = `--platform=${platforms.map(({ name: one }) => one).join()}`
    await inImageTurn(() => say('buildah', 'build', wanted, `--manifest=${name}`, `--file=${file}`, folder))
    await say('buildah', 'manifest', 'push', '--all', name, `docker://${to}`)
  }
  await say('bash', '-c', `cd ${folder} && cosign generate-key-pair`)
  const ownBase = `localhost/kees-release-base-${process.pid}`
  const base = `${bases.address}/base`
  if (baseImage !== undefined) await pushBase(baseImage, ownBase, `${base}:nonroot`)
  const rawBase =
    baseImage === undefined ? '' : await say('skopeo', 'inspect', '--raw', `docker://${base}:nonroot`)
  const pinned = `${base}@sha256:${createHash('sha256').update(rawBase).digest('hex')}`
  if (baseImage !== undefined) await say('cosign', 'sign', '--yes', pinned)
  const runner = startRunner(clone, folder, baseImage === undefined ? env : { ...env, BASE: pinned }, {
    REGISTRY_USER: 'robot',
    REGISTRY_TOKEN: 'of-a-test',
    NPM_TOKEN: 'of-a-test',
    'github.token': 'of-a-test',
    RELEASE_SIGNERS: signed.signers,
  })
  t.teardown(() =>
    inImageTurn(async () => {
      // Images by name: another test may have the same ones. Bases are nobody else's, and some have no name.
      const built = images.flatMap(({ target }) =>
        ['', ...platforms.map(({ arch }) => `-${arch}`)].map((end) => `${prefix}${target}:${tag}${end}`),
      )
      const bought = (await say('buildah', 'images', '--format={{.Name}} {{.ID}}'))
        .split('\n')
        .filter((line) => line.startsWith(bases.address))
        .map((line) => line.split(/ +/)[1] ?? '')
      if (baseImage !== undefined) await say('buildah', 'manifest', 'rm', ownBase)
      await say('buildah', 'rmi', '--force', ...built, ...new Set(bought))
    }),
  )
  for (const step of steps.filter(runs)) {
    const start = Date.now()
    const work = () => runner.run(step)
    await (step.title.startsWith('npm run images') ? inImageTurn(work) : work())
    t.pass(`${step.job}: ${step.title} (${Math.round((Date.now() - start) / 1000)} s)`)
  }
  const digests = runner.outputs.get('push') ?? {}
  const digestOf = (name: string) => digests[name] ?? ''
  const verify = (what: string, ...args: readonly string[]) =>
    runBeside('cosign', [what, `--key=${join(folder, 'cosign.pub')}`, '--insecure-ignore-tlog', ...args], {
      env,
    })

  for (const { target } of images) {
    const each = platforms.map(({ arch }) => `${target}-${arch}`)
    for (const name of [target, ...each]) {
      const { status, stdout, stderr } = await verify('verify', `${prefix}${target}@${digestOf(name)}`)
      if (status !== 0) throw new Error(stderr)
      t.equal(
        JSON.parse(stdout)[0].critical.image['docker-manifest-digest'],
        digestOf(name),
        `${name} is signed`,
      )
    }
    for (const name of each) {
      const reference = `${prefix}${target}@${digestOf(name)}`
      const { status, stdout, stderr } = await verify('verify-attestation', '--type=cyclonedx', reference)
      if (status !== 0) throw new Error(stderr)
      const statement = JSON.parse(Buffer.from(JSON.parse(stdout).payload, 'base64').toString())
      t.equal(`sha256:${statement.subject[0].digest.sha256}`, digestOf(name))
      const bill = JSON.parse(readFileSync(join(clone, `dist/sbom/kees-${name}.cdx.json`), 'utf8'))
      t.strictSame(statement.predicate, bill, `${name} has its bill of materials`)
    }
  }

  await t.test('verification with another key fails', async (t) => {
    await say('bash', '-c', `cd ${folder} && cosign generate-key-pair --output-key-prefix=other`)
    const args = [`--key=${join(folder, 'other.pub')}`, `${prefix}init@${digestOf('init')}`]
    t.not((await verify('verify', ...args)).status, 0)
  })

  await t.test('the tag is the signed index of the signed images', async (t) => {
    const raw = await say('skopeo', 'inspect', '--raw', `docker://${prefix}init:${tag}`)
    t.equal(`sha256:${createHash('sha256').update(raw).digest('hex')}`, digestOf('init'))
    const index: { manifests: { digest: string; platform: { architecture: string } }[] } = JSON.parse(raw)
    const listed = index.manifests.map(({ digest, platform }) => [platform.architecture, digest])
    t.strictSame(
      listed,
      platforms.map(({ arch }) => [arch, digestOf(`init-${arch}`)]),
    )
  })

  await t.test('the release has the executables, and the signature of their checksums', async (t) => {
    const released = readFileSync(join(folder, 'released'), 'utf8').trim().split('\n')
    t.strictSame(released.slice(0, 3), ['release', 'create', tag])
    t.strictSame(
      released.filter((one) => one.startsWith('dist/release/')).map((one) => one.slice(13)),
      [
        'SHA256SUMS',
        'SHA256SUMS.sigstore.json',
        'install.sh',
        'kees-darwin-arm64.tar.gz',
        'kees-darwin-x64.tar.gz',
        'kees-linux-arm64.tar.gz',
        'kees-linux-x64.tar.gz',
        'kees.rb',
      ],
    )
    const file = (name: string) => join(clone, 'dist/release', name)
    const bundle = `--bundle=${file('SHA256SUMS.sigstore.json')}`
    t.equal((await verify('verify-blob', bundle, file('SHA256SUMS'))).status, 0)
    t.not((await verify('verify-blob', bundle, file('kees.rb'))).status, 0, 'of nothing else')
  })

  await t.test('the package is published to npm once, publicly, with the token', async (t) => {
    const archive = readFileSync(join(clone, `dist/bsycorp-kees-${manifest.version}.tgz`))
    t.match(npm.published, [
      {
        authorization: 'Bearer of-a-test',
        name: '@bsycorp/kees',
        access: 'public',
        'dist-tags': { latest: manifest.version },
        versions: {
          [manifest.version]: {
            dist: { integrity: `sha512-${createHash('sha512').update(archive).digest('base64')}` },
          },
        },
      },
    ])
    t.equal(npm.published.length, 1)
    t.match(readFileSync(join(folder, '.npmrc'), 'utf8'), '${NPM_TOKEN}')
  })
}

const committer = [
  '-c',
  'user.name=a test',
  '-c',
  'user.email=test@example.com',
  '-c',
  'commit.gpgsign=false',
]

function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Signs a tag of the last commit, and pushes it to an origin of its own. @returns the commit, and who may sign. */
function signTag(
  folder: string,
  clone: string,
  tag: string,
): { readonly commit: string; readonly signers: string } {
  const [origin, key] = [join(folder, 'origin.git'), join(folder, 'release-key')]
  git(folder, 'init', '--quiet', '--bare', origin)
  git(clone, 'config', 'remote.origin.url', origin)
  git(clone, 'config', 'remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*')
  makeKey(key)
  const signing = ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${key}.pub`]
  git(clone, ...committer, ...signing, 'tag', '--sign', '--force', `--message=${tag}`, tag)
  git(clone, 'push', '--quiet', 'origin', tag)
  return {
    commit: git(clone, 'rev-parse', 'HEAD').trim(),
    signers: `test@example.com ${readFileSync(`${key}.pub`, 'utf8').trim()}`,
  }
}

function otherKey(folder: string): string {
  const key = join(folder, 'other-key')
  makeKey(key)
  return /ssh-ed25519 \S+/.exec(readFileSync(`${key}.pub`, 'utf8'))?.[0] ?? ''
}

function makeKey(file: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file])
}

/** With what is not committed yet, and with the packages of this clone. */
function cloneOf(folder: string): string {
  const clone = join(folder, 'clone')
  git(root, 'clone', '--quiet', root, clone)
  const files = git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard')
    .split('\0')
    .filter(Boolean)
  for (const file of files) cpSync(join(root, file), join(clone, file), { recursive: true })
  cpSync(join(root, 'node_modules'), join(clone, 'node_modules'), { recursive: true, verbatimSymlinks: true })
  return clone
}

/** A program of the same name that runs one command of the real one otherwise. */
function standIn(folder: string, name: string, real: string, otherwise: string): void {
  const file = join(folder, name)
  writeFileSync(
    file,
    `#!/bin/sh\nreal='${real}' command=$1\ncase $command in\n${otherwise} ;;\nesac\nexec "$real" "$@"\n`,
  )
  chmodSync(file, 0o755)
}
