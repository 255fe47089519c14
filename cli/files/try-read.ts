import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { systemCode, systemReason } from '../../runtime/files/system-error.ts'

export type Report = (message: string, exit: ExitCode) => void

/** The result, or undefined where the system says no, which is reported. */
export async function tryRead<T>(path: string, work: Promise<T>, report: Report): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    report(`${path} cannot be read: ${systemReason(code)}`, exitCode.usage)
    return undefined
  }
}
