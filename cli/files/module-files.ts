/** The folder of a Terraform module. */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { about, type Diagnostic } from '../../api/diagnostic.ts'
import { exitCode } from '../../api/exit-code.ts'
import { compareModule } from '../../functions/export-iam/terraform/compare-module.ts'
import { errorsOf, type Result } from '../../functions/krm/result.ts'
import { decodeText } from '../../functions/krm/decode-text.ts'
import { unlessAbsent } from '../../runtime/files/system-error.ts'
import { isForeignLink, readRegular } from './read-regular.ts'
import { tryRead } from './try-read.ts'

type ModuleFiles = {
  /** Names to texts; absent files are left out. */
  readonly files: ReadonlyMap<string, string>
  readonly diagnostics: readonly Diagnostic[]
}

/** @param absent whether the folder may be absent, as before the first export. */
export async function readModule(
  folder: string,
  names: Iterable<string>,
  absent: 'allowed' | 'refused',
): Promise<ModuleFiles> {
  const files = new Map<string, string>()
  const diagnostics: Diagnostic[] = []
  // An error of the folder itself is reported once, with its path.
  const listed = readdir(folder)
  const unlisted = await tryRead(folder, absent === 'allowed' ? unlessAbsent(listed) : listed)
  diagnostics.push(...(unlisted.diagnostics ?? []))
  for (const name of diagnostics.length > 0 ? [] : names) {
    const path = join(folder, name)
    if ((await tryRead(path, unlessAbsent(lstat(path)))).value === undefined) continue
    const read = await readRegular(path)
    const text = read.diagnostics === undefined ? decodeText(read.value) : read
    if (text.diagnostics === undefined) files.set(name, text.value)
    else diagnostics.push(...(read.diagnostics ?? about(path, text.diagnostics)))
  }
  return { files, diagnostics }
}

/** The message of the result names the file. Reports have it in a field of its own. */
export type ModuleResult = { readonly result: Result; readonly file: string | undefined }

/** The differences between the folder and the module that the manifests generate. */
export async function checkModule(
  folder: string,
  expected: ReadonlyMap<string, string>,
): Promise<readonly ModuleResult[]> {
  // A missing module is probably a wrong path, not a stale module.
  const { files, diagnostics } = await readModule(folder, expected.keys(), 'refused')
  if (diagnostics.length > 0)
    return errorsOf(diagnostics, exitCode.usage).map((result) => ({ result, file: undefined }))
  const links = await Promise.all([...files.keys()].map(async (name) => foreignLink(join(folder, name))))
  if (links.some((one) => one.length > 0)) return links.flat()
  const stale = compareModule(expected, files).flatMap(({ file, message }) =>
    inFile(join(folder, file), [{ message: `the module in ${folder} is stale: ${message}` }]),
  )
  return [...stale, ...(await judgeOthers(folder, expected))]
}

function inFile(file: string, diagnostics: readonly Diagnostic[]): ModuleResult[] {
  return errorsOf(diagnostics, exitCode.input).map((result) => ({ result, file }))
}

/** Terraform follows such a link too, but a review of the folder does not show what it reads. */
async function foreignLink(path: string): Promise<ModuleResult[]> {
  if (!(await isForeignLink(path))) return []
  const message = `${path} is a link out of its folder`
  return inFile(path, [{ message, hint: 'replace it by the file itself' }])
}

/**
 * Terraform reads every .tf and .tf.json file of a folder, and merges overrides into the blocks of the others: a module that is
 * not stale grants what those say.
 * https://developer.hashicorp.com/terraform/language/files/override
 */
async function judgeOthers(folder: string, expected: ReadonlyMap<string, string>): Promise<ModuleResult[]> {
  const names = (await readdir(folder)).filter((name) => /\.(tf|tofu)(\.json)?$/.test(name)).toSorted()
  return names.flatMap((name): ModuleResult[] => {
    const path = join(folder, name)
    if (/^(.*_)?override\.(tf|tofu)(\.json)?$/.test(name)) {
      const message = `${path} changes the module: Terraform merges it into the other files`
      return inFile(path, [{ message, hint: 'remove it' }])
    }
    if (expected.has(name)) return []
    const message = `${path} is in the folder of the module, and is not checked: it may grant more`
    const hint = 'keep the module in a folder of its own'
    const [other] = errorsOf([{ message, hint }], exitCode.input)
    return other ? [{ result: { ...other, severity: 'warning' }, file: path }] : []
  })
}
