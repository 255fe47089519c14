/** The standalone executable for this machine, built once and again only where its content changes. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { makeExecutable } from '../../scripts/executables/make-executable.ts'
import { platformOf } from '../../scripts/executables/platforms.ts'
import { root } from '../programs/programs.ts'

/** For tap's `skip`. */
export const standaloneMissing =
  platformOf(process) === undefined && 'needs Linux or macOS on x64 or arm64 for a standalone executable'

/** @returns its path. */
export function standalone(): Promise<string> {
  const platform = platformOf(process)
  if (platform === undefined) throw new Error(String(standaloneMissing))
  return makeExecutable(platform)
}

/** Fills a folder with all programs: the executable by its three names, and those that run in pods. */
export function linkPrograms(executable: string, folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const name of ['kees', 'inject-init', 'export-iam']) symlinkSync(executable, join(folder, name))
  for (const name of ['init', 'creator']) symlinkSync(join(root, 'dist', name), join(folder, name))
}
