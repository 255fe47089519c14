import { renameSync, rmSync } from 'node:fs'
import { runQuietly } from '../run-quietly.ts'

type Program = {
  /** With its version, or `.` for that of the folder. */
  readonly packageName: string
  /** Others of the same module, which belong to it. */
  readonly alsoPackages?: readonly string[]
  /** The folder of a Go module of this repository. */
  readonly source?: string
  /** Of the build. */
  readonly tags?: string
  /** More flags of the linker. */
  readonly linkerFlags?: string
}

/**
 * All Go programs of tests and tools are compiled with the same flags, so that Go compiles its standard library, and what several have in
 * common, only once. Nobody debugs them: without DWARF, Go compiles a tenth faster.
 */
export const goFlags = (linkerFlags = ''): readonly string[] => [
  '-trimpath',
  '-gcflags=all=-dwarf=false',
  `-ldflags=${`-s -w ${linkerFlags}`.trim()}`,
]

/**
 * The compiler collects its garbage only above 1 GiB, which saves a quarter of its processor time: a process of it takes up to 1 GB
 * then, in place of 0.4 GB.
 */
export const goVariables: Readonly<Record<string, string>> = { GOGC: 'off', GOMEMLIMIT: '1GiB' }

/** Installs a program into a folder, atomically: the folder is complete or does not exist. */
export async function goInstall(
  go: string,
  { packageName, alsoPackages = [], source, tags, linkerFlags = '' }: Program,
  folder: string,
): Promise<void> {
  const making = `${folder}.making`
  const args = [
    'install',
    // Go takes it as the first flag only. Git refuses a clone that another user owns, as in containers, and then Go fails.
    ...(source === undefined ? [] : ['-C', source, '-buildvcs=false']),
    ...(tags === undefined ? [] : ['-tags', tags]),
    ...goFlags(linkerFlags),
    packageName,
    ...alsoPackages,
  ]
  await runQuietly(go, args, { GOBIN: making, ...goVariables })
  rmSync(folder, { recursive: true, force: true })
  renameSync(making, folder)
}
