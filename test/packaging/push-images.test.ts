/**
 * What docs/install.md and a release push, to a registry of its own: each image for each platform, and an index of them. Unless
 * this runs in full, one image.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { platforms } from '../../scripts/images/platform.ts'
import { root } from '../../scripts/bundle.ts'
import { inImageTurn } from '../../scripts/tests/image-turns.ts'
import { imagePrefix } from '../../scripts/tests/test-images.ts'
import { findCommand } from '../../scripts/tools/installed.ts'
import { containerEnv, containersMissing, engineSays } from './container-engine.ts'
import { buildImages } from './images-of-test.ts'
import { isLong } from '../programs/long.ts'
import { run } from '../programs/programs.ts'
import { registryMissing, startRegistry } from './registry.ts'

t.setTimeout(1_200_000)

const buildahMissing =
  findCommand('buildah', containerEnv['PATH']) === undefined && 'needs the command buildah'

const example = 'kustomize-examples/first-secret'
/** What the page pushes, or one of the images. */
const targets = isLong ? (['init', 'creator'] as const) : (['init'] as const)
const names = targets.flatMap((name) => [`${name}-amd64`, `${name}-arm64`, name])

/** `npm run` of the build, of the images and of the push. */
function commandsOfPage(): string[] {
  const page = readFileSync(join(root, 'docs/install.md'), 'utf8')
  return page.match(/^npm --prefix \.\.\/\.\. run .*$/gm) ?? []
}

t.test('the page pushes what it builds', async (t) => {
  const [, images, push] = commandsOfPage()
  t.equal(push, images?.replace(' run images ', ' run push-images '))
})

t.test(
  'images in a registry',
  { skip: containersMissing || registryMissing || buildahMissing },
  async (t) => {
    const registry = await startRegistry()
    t.teardown(() => registry.stop())
    const built = await buildImages(targets, { everywhere: true })
    const prefix = imagePrefix(registry.address, process.pid)
    const tagged = targets.flatMap((target) =>
      platforms.map(({ arch }) => [
        `${built.nameOf(target)}-${arch}`,
        `${prefix}${target}:${built.tag}-${arch}`,
      ]),
    )
    await inImageTurn(async () => tagged.forEach((both) => engineSays('tag', ...both)))
    t.teardown(() => built.remove())
    t.teardown(() => inImageTurn(async () => engineSays('rmi', ...tagged.map(([, name = '']) => name))))
    // The command of the page; where the images are, which, and that the registry has no TLS is set.
    const [, , pushing = ''] = commandsOfPage()
    const push = () => {
      const more = `--engine=buildah --tag=${built.tag} --insecure`
      const env = { ...containerEnv, registry: prefix.replace(/\/kees-$/, '') }
      const command = pushing.replace('--only init,creator', `--only ${targets.join()}`)
      const ended = run('bash', ['-c', `${command} ${more}`], { cwd: join(root, example), env })
      t.equal(ended.status, 0, ended.stderr)
      return Object.fromEntries(
        ended.stdout
          .split('\n')
          .filter((line) => line.includes('=sha256:'))
          .map((line): [string, string] => {
            const [name = '', digest = ''] = line.split('=')
            return [name, digest]
          }),
      )
    }
    const digests = push()
    t.strictSame(Object.keys(digests).toSorted(), names.toSorted())
    t.match(digests, Object.fromEntries(names.map((name) => [name, /^sha256:[0-9a-f]{64}$/])))

    const repository = prefix.slice(registry.address.length + 1)
    const get = async (reference: string, type: string) => {
      const url = `http://${registry.address}/v2/${repository}init/manifests/${reference}`
      const answer = await fetch(url, { headers: { accept: `application/vnd.oci.image.${type}.v1+json` } })
      const text = await answer.text()
      t.equal(answer.status, 200, text)
      return { text, digest: `sha256:${createHash('sha256').update(text).digest('hex')}` }
    }

    await t.test('the tag is an index, with the digest that was printed', async (t) => {
      const { text, digest } = await get(built.tag, 'index')
      t.equal(digest, digests['init'])
      const index: { manifests: { digest: string; platform: { os: string; architecture: string } }[] } =
        JSON.parse(text)
      t.strictSame(
        index.manifests.map(({ digest: one, platform: { os, architecture } }) => [
          `${os}/${architecture}`,
          one,
        ]),
        platforms.map(({ name, arch }) => [name, digests[`init-${arch}`]]),
      )
    })

    await t.test('and each image under its digest', async (t) => {
      for (const { arch } of platforms) {
        const { text, digest } = await get(digests[`init-${arch}`] ?? '', 'manifest')
        t.equal(digest, digests[`init-${arch}`])
        t.ok(JSON.parse(text).layers.length >= 3)
      }
    })

    await t.test('a second push changes nothing', async (t) => {
      t.strictSame(push(), digests)
    })
  },
)

t.test('errors of the command line are reported, and nothing is pushed without --prefix', async (t) => {
  const { status, stderr } = run(process.execPath, ['scripts/push-images.ts', '--engine=docker'])
  t.strictSame(
    [status, stderr],
    [
      2,
      'error: flag --engine: "docker" is not one of buildah, podman\n' +
        'error: flag --prefix is missing: the prefix of the image names, with the registry\n',
    ],
  )
})
