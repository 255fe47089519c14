/** What a release pushes, to a registry of its own: each image for each platform, and an index of them. */
import { createHash } from 'node:crypto'
import t from 'tap'
import { platforms } from '../scripts/images/platform.ts'
import { findCommand } from '../scripts/installed.ts'
import { containerEnv, containersMissing } from './container-engine.ts'
import { buildImages } from './images-of-test.ts'
import { run } from './programs.ts'
import { registryMissing, startRegistry } from './registry.ts'

t.setTimeout(300_000)

const buildahMissing =
  findCommand('buildah', containerEnv['PATH']) === undefined && 'needs the command buildah'

t.test(
  'images in a registry',
  { skip: containersMissing || registryMissing || buildahMissing },
  async (t) => {
    const registry = await startRegistry()
    t.teardown(() => registry.stop())
    const built = await buildImages(['init'], {
      everywhere: true,
      registry: registry.address,
      flags: ['--engine=buildah'],
    })
    t.teardown(() => built.remove())
    const push = () => {
      const flags = [`--prefix=${built.prefix}`, `--tag=${built.tag}`, '--only=init', '--insecure']
      const ended = run(process.execPath, ['scripts/push-images.ts', ...flags], { env: containerEnv })
      t.equal(ended.status, 0, ended.stderr)
      return Object.fromEntries(
        ended.stdout
          .trim()
          .split('\n')
          .map((line): [string, string] => {
            const [name = '', digest = ''] = line.split('=')
            return [name, digest]
          }),
      )
    }
    const digests = push()
    t.strictSame(Object.keys(digests), ['init-amd64', 'init-arm64', 'init'])

    const repository = built.prefix.slice(registry.address.length + 1)
    const get = async (reference: string, type: string) => {
      const url = `http://${registry.address}/v2/${repository}init/manifests/${reference}`
      const answer = await fetch(url, { headers: { accept: `application/vnd.oci.image.${type}.v1+json` } })
      const text = await answer.text()
      t.equal(answer.status, 200, text)
      return { text, digest: `sha256:${createHash('sha256').update(text).digest('hex')}` }
    }

    await t.test('under the tag is an index, whose digest is the one that was told', async (t) => {
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

t.test('what is missing on the command line is said', async (t) => {
  const { status, stderr } = run(process.execPath, ['scripts/push-images.ts', '--prefix=a'])
  t.strictSame([status, stderr], [2, 'error: this takes --prefix NAME --tag TAG\n'])
})
