import { failed } from '../../runtime/failure.ts'
import { systemCode, systemReason } from '../../runtime/files/system-error.ts'

/** The result. Throws OUTPUT_UNWRITABLE on a system error. */
export async function tryWrite<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    throw failed({ code: 'OUTPUT_UNWRITABLE', message: `${path} cannot be written: ${systemReason(code)}` })
  }
}
