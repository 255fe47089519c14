import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemCode, unlessAbsent } from './system-error.ts'

/** With its parents. By hand, because Node's own way loops for ever where the system says ENOENT, as in /proc. */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  const make = async () => {
    try {
      await mkdir(folder, { mode })
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
    }
  }
  const made = await unlessAbsent(make().then(() => true))
  if (made) return
  await makeFolder(dirname(folder), mode)
  await make()
}
