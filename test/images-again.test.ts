/** Images that are built again from nothing: the same to the byte, so that anybody can tell what a release was made from. */
import t from 'tap'
import { images } from '../scripts/images/image-programs.ts'
import { platforms } from '../scripts/images/platform.ts'
import { containersMissing, engineSays } from './container-engine.ts'
import { buildImages } from './images-of-test.ts'

t.test(
  'images are the same to the byte when they are built again',
  { skip: containersMissing },
  async (t) => {
    // Of images with the same files, one.
    const targets = images
      .filter((one, index) => index === images.findIndex(({ layer }) => layer === one.layer))
      .map(({ target }) => target)
    const builds = [1, 2].map(() => buildImages(targets, ['--no-cache']))
    t.teardown(() => {
      for (const one of builds) one.remove()
    })
    for (const target of targets) {
      for (const { name, arch } of platforms) {
        const [first, second] = builds.map((build) =>
          // The hash of the configuration, which has the hashes of the layers.
          engineSays('image', 'inspect', '--format={{.Id}}', `${build.nameOf(target)}-${arch}`),
        )
        t.match(first, /^(sha256:)?[0-9a-f]{64} /)
        t.equal(second, first, `${target} for ${name}: ${first}`)
      }
    }
  },
)
