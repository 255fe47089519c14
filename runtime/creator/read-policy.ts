import { readFile } from 'node:fs/promises'
import { load } from 'js-yaml'
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { parseStoragePolicy, type StoragePolicy } from '../../api/storage-policy.ts'
import { quotePath } from '../files/quote-path.ts'
import { systemCode, systemReason } from '../files/system-error.ts'

export type ReadPolicy =
  | { readonly policy: StoragePolicy; readonly problems?: undefined }
  | {
      readonly policy?: undefined
      readonly problems: readonly { readonly exit: ExitCode; readonly text: string }[]
    }

/** @param path of a file of kind StoragePolicy, in YAML. */
export async function readPolicy(path: string): Promise<ReadPolicy> {
  const problem = (exit: ExitCode, text: string) => ({
    exit,
    text: `POLICY_FILE ${quotePath(path)}: ${text}`,
  })
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    return { problems: [problem(exitCode.usage, `it cannot be read: ${systemReason(code)}`)] }
  }
  let object: unknown
  try {
    object = load(text)
  } catch {
    return { problems: [problem(exitCode.input, 'it is no YAML of one document')] }
  }
  const parsed = parseStoragePolicy(object)
  if (parsed.policy) return { policy: parsed.policy }
  return { problems: parsed.problems.map((one) => problem(exitCode.input, one)) }
}
