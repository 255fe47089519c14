/** What a release offers for download: an archive for each platform, their checksums, the installer and the formula for Homebrew. */
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import manifest from '../../package.json' with { type: 'json' }
import { root } from '../bundle.ts'
import { runQuietly } from '../run-quietly.ts'
import { sourceTime } from '../source-time.ts'
import { homebrewFormula } from './homebrew-formula.ts'
import { runtimeOf } from './runtimes.ts'
import { type Platform, platforms } from './platforms.ts'

const repository = 'https://github.com/bsycorp/kees'

const archiveName = ({ name }: Platform) => `kees-${name}.tar.gz`

/** An archive with the executable, links for the functions, and the licences of kees and Node. The same input makes the same bytes. */
async function writeArchive(platform: Platform, executable: string, folder: string): Promise<void> {
  const staged = mkdtempSync(join(tmpdir(), 'kees-archive-'))
  try {
    copyFileSync(executable, join(staged, 'kees'))
    for (const name of ['inject-init', 'export-iam']) symlinkSync('kees', join(staged, name))
    copyFileSync(join(root, 'LICENSE'), join(staged, 'LICENSE'))
    copyFileSync(join(await runtimeOf(platform), 'LICENSE'), join(staged, 'LICENSE-node'))
    await runQuietly('tar', [
      '--create',
      `--file=${join(folder, archiveName(platform))}`,
      `--directory=${staged}`,
      '--format=ustar',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--mode=a+rX,u+w,go-w',
      `--mtime=@${sourceTime(root)}`,
      // Without its name and the time.
      '--use-compress-program=gzip -n',
      'kees',
      'inject-init',
      'export-iam',
      'LICENSE',
      'LICENSE-node',
    ])
  } finally {
    rmSync(staged, { recursive: true, force: true })
  }
}

/** Fills a folder anew. @param executables the paths, by platform. The formula needs all of them. @returns the files. */
export async function writeRelease(
  executables: ReadonlyMap<Platform, string>,
  folder: string,
): Promise<readonly string[]> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await Promise.all([...executables].map(([platform, path]) => writeArchive(platform, path, folder)))
  copyFileSync(join(root, 'install.sh'), join(folder, 'install.sh'))
  const names = [...[...executables.keys()].map(archiveName), 'install.sh'].toSorted()
  const sums = new Map(names.map((name) => [name, sha256Of(join(folder, name))]))
  writeFileSync(join(folder, 'SHA256SUMS'), names.map((name) => `${sums.get(name)}  ${name}\n`).join(''))
  if (platforms.some((one) => !executables.has(one))) return [...names, 'SHA256SUMS']
  const { version } = manifest
  const download = (platform: Platform) => ({
    url: `${repository}/releases/download/v${version}/${archiveName(platform)}`,
    sha256: sums.get(archiveName(platform)) ?? '',
  })
  writeFileSync(join(folder, 'kees.rb'), homebrewFormula({ version, repository, download }))
  return [...names, 'SHA256SUMS', 'kees.rb']
}

function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
