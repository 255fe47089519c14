/** The folder of a Terraform module. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { compareModule } from '../../functions/export-iam/compare-module.ts'
import { unlessAbsent } from '../../runtime/files/system-error.ts'
import { tryRead } from './try-read.ts'

type Problem = { readonly message: string; readonly exit: ExitCode }

export type ModuleFiles = {
  /** Names to texts; absent files are left out. */
  readonly files: ReadonlyMap<string, string>
  readonly problems: readonly Problem[]
}

/** @param absent whether the folder may be absent, as before the first export. */
export async function readModule(
  folder: string,
  names: Iterable<string>,
  absent: 'allowed' | 'refused',
): Promise<ModuleFiles> {
  const files = new Map<string, string>()
  const problems: Problem[] = []
  const report = (message: string, exit: ExitCode) => problems.push({ message, exit })
  // What is wrong with the folder is said of the folder, once.
  const listed = readdir(folder)
  await tryRead(folder, absent === 'allowed' ? unlessAbsent(listed) : listed, report)
  for (const name of problems.length > 0 ? [] : names) {
    const path = join(folder, name)
    const text = await tryRead(path, unlessAbsent(readFile(path, 'utf8')), report)
    if (text !== undefined) files.set(name, text)
  }
  return { files, problems }
}

/** What is stale in the folder, measured by the module that the manifests ask for. */
export async function checkModule(
  folder: string,
  expected: ReadonlyMap<string, string>,
): Promise<readonly Problem[]> {
  // A module that is not there at all is rather a wrong name than a stale one.
  const { files, problems } = await readModule(folder, expected.keys(), 'refused')
  if (problems.length > 0) return problems
  return compareModule(expected, files).map((difference) => ({
    message: `the module in ${folder} is stale: ${difference}`,
    exit: exitCode.input,
  }))
}
