/** The images that tests run on a node: those of the present sources under their released names, and one with a shell for apps. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findCommand } from '../../scripts/tools/installed.ts'
import { runQuietly } from '../../scripts/run-quietly.ts'
import { inImageTurn } from '../../scripts/tests/image-turns.ts'
import { engineSays, saveMany } from '../packaging/container-engine.ts'
import { buildImages, type TestImages } from '../packaging/images-of-test.ts'
import { makeBusyboxImage } from './busybox-image.ts'

export const initImage = 'docker.io/bsycorp/kees-init:v0.1.0'
/** What install/creator names. */
export const creatorImage = 'docker.io/bsycorp/kees-creator:v0.1.0'
/** What the Argo CD example names. */
const functionImage = 'docker.io/bsycorp/kees-inject-init:v0.1.0'
/** What the examples name. It has busybox and its user is nobody. */
export const appImage = 'docker.io/example/app:1.0'

/** With the names that users know. */
const released = { init: initImage, creator: creatorImage, 'inject-init': functionImage } as const
const targets = ['init', 'creator', 'inject-init'] as const

/** Builds what `loadImages` loads. */
export function buildNodeImages(): Promise<TestImages> {
  // Beside other work, they take longer than other commands.
  return buildImages(targets, { patience: 900_000 })
}

/** @param load the command that loads an archive into the node. @param parent of a folder for the archives. */
export async function loadImages(images: TestImages, load: readonly string[], parent: string): Promise<void> {
  const folder = mkdtempSync(join(parent, 'kees-images-'))
  try {
    const [app, own] = [join(folder, 'app.tar'), join(folder, 'kees.tar')]
    await makeBusyboxImage(app, [appImage], ['/bin/sh'], findCommand('busybox') ?? '')
    await inImageTurn(async () => saveImages(images, own))
    const [command = '', ...args] = load
    for (const archive of [app, own]) await runQuietly(command, [...args, archive])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Other processes use the same names: each in its turn. */
function saveImages(images: TestImages, archive: string): void {
  const names = Object.values(released)
  try {
    for (const target of targets) engineSays('tag', images.nameOf(target), released[target])
    engineSays(...saveMany, '--output', archive, ...names)
  } finally {
    engineSays('rmi', ...names)
  }
}
