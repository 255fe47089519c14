/** The programs and the image of init of an earlier commit, for tests of upgrades. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inImageTurn } from '../../scripts/tests/image-turns.ts'
import { engineSays } from '../packaging/container-engine.ts'
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

type EarlierVersion = EarlierPrograms & {
  readonly initImage: string
  /** An archive of the image. */
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

/** The programs, and the image of init. */
export async function buildEarlier(commit: string): Promise<EarlierVersion> {
  const programs = buildEarlierPrograms(commit)
  const { sources } = programs
  const images = await buildImages(['init'], { sources })
  const initImage = images.nameOf('init')
  const archive = join(sources, '../init.tar')
  await inImageTurn(async () => engineSays('save', '--output', archive, initImage))
  return {
    ...programs,
    initImage,
    archive,
    remove: async () => {
      await images.remove()
      await programs.remove()
    },
  }
}
