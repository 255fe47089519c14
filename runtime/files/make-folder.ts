import { promises } from 'node:fs'
import { dirname } from 'node:path'
import { systemCode, unlessAbsent } from './system-error.ts'

/** Creates a folder with its parents. Not with `recursive`, because Node then loops forever on ENOENT, as in /proc. */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  const make = async () => {
    try {
      await promises.mkdir(folder, { mode })
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
    }
  }
  const made = await unlessAbsent(make().then(() => true))
  if (made) return
  await makeFolder(dirname(folder), mode)
  await make()
}
