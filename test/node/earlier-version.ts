/** The programs and the images of an earlier commit, for tests of upgrades. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withDirectoryLock } from '../../scripts/directory-lock.mjs'
import { inImageTurn } from '../../scripts/tests/image-turns.ts'
import { toolCache } from '../../scripts/tools/tool-cache.ts'
import { engineSays, saveMany } from '../packaging/container-engine.ts'
import { buildImages } from '../packaging/images-of-test.ts'
import { root } from '../programs/programs.ts'
import { untapped } from '../programs/untapped.ts'

/** The last commit whose init does not know CONTRACT, nor values in other shapes. */
export const beforeContract = '7c5604358ffd65e41cf882f3a36aaeff5add5ea9'

/** For tap's `skip`: a shallow clone does not have it. */
export function commitMissing(commit: string): string | false {
  const { status } = spawnSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: root })
  return status !== 0 && `needs the commit ${commit} in the history: git fetch --unshallow`
}

type EarlierPrograms = {
  /** The paths of the programs. */
  readonly kees: string
  readonly creator: string
  readonly sources: string
  readonly remove: () => Promise<void>
}

type EarlierImages = {
  readonly initImage: string
  readonly creatorImage: string
  /** An archive of both. */
  readonly archive: string
}

/** With the packages of the present sources. */
export function buildEarlierPrograms(commit: string): EarlierPrograms {
  const folder = mkdtempSync(join(tmpdir(), 'kees-earlier-'))
  const sources = join(folder, 'sources')
  // A clone, because images take their time stamp from the commit.
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: root, stdio: 'ignore' })
  git('clone', '--quiet', '--shared', '--no-checkout', root, sources)
  git('-C', sources, 'checkout', '--quiet', '--detach', commit)
  symlinkSync(join(root, 'node_modules'), join(sources, 'node_modules'))
  const [command, args] = untapped(process.execPath, ['scripts/build.ts'])
  execFileSync(command, args, { cwd: sources, stdio: 'ignore' })
  const program = (name: string) => join(sources, 'dist', name)
  return {
    kees: program('kees'),
    creator: program('creator'),
    sources,
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The programs, and the images of init and the creator. */
export async function buildEarlier(commit: string): Promise<EarlierPrograms & EarlierImages> {
  const programs = buildEarlierPrograms(commit)
  return { ...programs, ...(await earlierImages(commit, programs.sources)) }
}

/** A commit stays as it is, so a machine builds them once. */
async function earlierImages(commit: string, sources: string): Promise<EarlierImages> {
  const tag = commit.slice(0, 12)
  const folder = join(toolCache(), `earlier-images-${tag}`)
  const archive = join(folder, 'images.tar')
  const names = {
    init: `localhost/kees-earlier-init:${tag}`,
    creator: `localhost/kees-earlier-creator:${tag}`,
  }
  await withDirectoryLock(
    `${folder}.lock`,
    () => undefined,
    async () => {
      if (existsSync(archive)) return
      const images = await buildImages(['init', 'creator'], { sources, patience: 1_200_000 })
      mkdirSync(folder, { recursive: true })
      try {
        await inImageTurn(async () => {
          engineSays('tag', images.nameOf('init'), names.init)
          engineSays('tag', images.nameOf('creator'), names.creator)
          const making = `${archive}.making`
          rmSync(making, { force: true })
          engineSays(...saveMany, '--output', making, names.init, names.creator)
          engineSays('rmi', names.init, names.creator)
          renameSync(making, archive)
        })
      } finally {
        await images.remove()
      }
    },
  )
  return { initImage: names.init, creatorImage: names.creator, archive }
}
