/** Images that are built again from nothing: the same to the byte, so that anybody can check what a release was made from. */
import t from 'tap'
import { images as all } from '../../scripts/images/image-programs.ts'
import { platformOf, platforms } from '../../scripts/images/platform.ts'
import { isLong } from '../programs/long.ts'
import { findCommand } from '../../scripts/tools/installed.ts'
import { containerEnv, containersMissing, engineSays } from './container-engine.ts'
import { buildImages } from './images-of-test.ts'

t.setTimeout(1_200_000)

// The builder of docker gives some things a time of its own.
const repeatable = ['buildah', 'podman'].some((name) => findCommand(name, containerEnv['PATH']) !== undefined)
const skip = containersMissing || (!repeatable && 'needs the commands buildah or podman')

t.test('images that are built again are byte-identical', { skip }, async (t) => {
  // That with a code cache; by `npm run test:long` all of them for all platforms, of images with the same files one.
  const targets = isLong
    ? all
        .filter((one, index) => index === all.findIndex(({ layer }) => layer === one.layer))
        .map(({ target }) => target)
    : (['init'] as const)
  const wanted = platforms.filter((one) => isLong || one === platformOf(process.arch))
  // In a run of many tests, the first may be that of another test.
  const builds = []
  for (const flags of [[], ['--no-cache']]) {
    const images = await buildImages(targets, { ...(isLong ? { everywhere: true } : {}), flags })
    t.teardown(() => images.remove())
    builds.push(images)
  }
  for (const target of targets) {
    for (const { name, arch } of wanted) {
      // The hash of the configuration, which has those of the layers, and that of the manifest, which a registry has.
      const [first, second] = builds.map((images) =>
        engineSays('image', 'inspect', '--format={{.Id}} {{.Digest}}', `${images.nameOf(target)}-${arch}`),
      )
      t.match(first, /^(sha256:)?[0-9a-f]{64} /)
      t.equal(second, first, `${target} for ${name}: ${first}`)
    }
  }
})
