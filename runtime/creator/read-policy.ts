import { readFile } from 'node:fs/promises'
import { load } from 'js-yaml'
import { bounds } from '../../api/bounds.ts'
import { about, type Diagnostic } from '../../api/diagnostic.ts'
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { parseStoragePolicy, type StoragePolicy } from '../../api/storage/storage-policy.ts'
import { quotePath } from '../files/quote-path.ts'
import { systemCode, systemReason } from '../files/system-error.ts'

type ReadPolicy =
  | { readonly policy: StoragePolicy; readonly diagnostics?: undefined }
  | {
      readonly policy?: undefined
      readonly diagnostics: readonly (Diagnostic & { readonly exit: ExitCode })[]
    }

/** @param path of a file of kind StoragePolicy, in YAML. */
export async function readPolicy(path: string): Promise<ReadPolicy> {
  const wrong = (exit: ExitCode, ...diagnostics: readonly Diagnostic[]) => ({
    diagnostics: about(`POLICY_FILE ${quotePath(path)}:`, diagnostics).map((one) => ({ ...one, exit })),
  })
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    return wrong(exitCode.usage, { message: `it cannot be read: ${systemReason(code)}` })
  }
  if (Buffer.byteLength(text) > bounds.policyBytes) {
    return wrong(exitCode.input, { message: `it has more than ${bounds.policyBytes} bytes` })
  }
  let object: unknown
  try {
    object = load(text)
  } catch {
    return wrong(exitCode.input, { message: 'it is not one YAML document' })
  }
  const parsed = parseStoragePolicy(object)
  if (parsed.diagnostics === undefined) return { policy: parsed.value }
  return wrong(exitCode.input, ...parsed.diagnostics)
}
