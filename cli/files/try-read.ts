import { invalid, type Parsed } from '../../api/parsed.ts'
import { systemCode, systemReason } from '../../runtime/files/system-error.ts'

/** What was read, or the system error. */
export async function tryRead<T>(path: string, work: Promise<T>): Promise<Parsed<T>> {
  try {
    return { value: await work }
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    return invalid(`${path} cannot be read: ${systemReason(code)}`)
  }
}
