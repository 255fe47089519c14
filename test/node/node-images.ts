/** The images that tests run on a node: those of the present sources under their released names, and one with a shell for apps. */
import { join } from 'node:path'
import { findCommand } from '../../scripts/installed.ts'
import { runQuietly } from '../../scripts/run-quietly.ts'
import { inImageTurn } from '../../scripts/tests/image-turns.ts'
import { engineSays } from '../packaging/container-engine.ts'
import { buildImages } from '../packaging/images-of-test.ts'
import { makeBusyboxImage } from './busybox-image.ts'

export const initImage = 'docker.io/bsycorp/kees-init:v0.1.0'
/** What install/creator names. */
const creatorImage = 'docker.io/bsycorp/kees-creator:v0.1.0'
/** What the examples name. It has busybox and its user is nobody. */
export const appImage = 'docker.io/example/app:1.0'

/** @param load the command that loads an archive into the node. @param folder for the archives, empty. */
export async function loadImages(load: readonly string[], folder: string): Promise<void> {
  const app = join(folder, 'app.tar')
  const init = join(folder, 'init.tar')
  const creator = join(folder, 'creator.tar')
  await makeBusyboxImage(app, [appImage], ['/bin/sh'], findCommand('busybox') ?? '')
  const images = await buildImages(['init', 'creator'])
  try {
    await inImageTurn(async () => {
      save(images.nameOf('init'), initImage, init)
      save(images.nameOf('creator'), creatorImage, creator)
    })
  } finally {
    await images.remove()
  }
  const [command = '', ...args] = load
  for (const archive of [app, init, creator]) await runQuietly(command, [...args, archive])
}

/** Other processes that load images use the same names: each in its turn. */
function save(built: string, name: string, archive: string): void {
  engineSays('tag', built, name)
  try {
    engineSays('save', '--output', archive, name)
  } finally {
    engineSays('rmi', name)
  }
}
