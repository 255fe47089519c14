import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'
import { terraform, terraformEnv } from '../programs/tools.ts'

const run = promisify(execFile)

/** Runs terraform in a folder. @returns what it prints; a failure is an Error that has it as `stdout` and `stderr`. */
export const runTerraform = terraformWith({})

/** The same, with more variables. */
export function terraformWith(
  variables: NodeJS.ProcessEnv,
): (folder: string, ...args: readonly string[]) => Promise<string> {
  return async (folder, ...args) => {
    const { path, missing } = terraform()
    if (path === undefined) throw new Error(missing)
    const env = { ...terraformEnv(), ...variables }
    const { stdout } = await run(path, args, { cwd: folder, env, maxBuffer: 2 ** 26 })
    return stripVTControlCharacters(stdout)
  }
}

/** The output of a run that should fail, on one line and without its frame. */
export async function complaintOf(terraformRun: Promise<string>): Promise<string> {
  try {
    return `it did not fail: ${await terraformRun}`
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
    return stripVTControlCharacters(said).replaceAll(/[\s│╷╵]+/g, ' ')
  }
}

/**
 * One plan of several calls of a module, because each start of terraform takes long.
 *
 * @param folder with the module in `module`. @param calls the variables of each. @returns for each the errors about it.
 */
export async function complaintsOfCalls(
  folder: string,
  calls: readonly Readonly<Record<string, unknown>>[],
): Promise<readonly string[]> {
  const module = calls.map((variables, index) => [`case${index}`, { source: './module', ...variables }])
  // In a string, it begins an expression.
  const text = JSON.stringify({ module: Object.fromEntries(module) }, undefined, 2).replaceAll(
    /[$%](?=\{)/g,
    '$&$&',
  )
  await writeFiles(folder, [['main.tf.json', text]])
  await runTerraform(folder, 'init')
  const errors = (await complaintOf(runTerraform(folder, 'plan', '-input=false'))).split('Error: ').slice(1)
  return calls.map((_, index) => errors.filter((one) => one.includes(`in module.case${index}:`)).join(''))
}

export async function writeFiles(folder: string, files: Iterable<readonly [name: string, text: string]>) {
  await mkdir(folder, { recursive: true })
  await Promise.all([...files].map(([name, text]) => writeFile(join(folder, name), text)))
}
