import { randomUUID } from 'node:crypto'
import { renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { withCleanUp } from './with-clean-up.ts'
import { tryWrite } from './try-write.ts'

/**
 * Has files made beside their places, so that an error or a signal leaves every file as it was, and nothing beside them. Then
 * they take their places in their order, each at once, and no signal comes between. Throws OUTPUT_UNWRITABLE.
 *
 * @param make is given where to make the file of a place.
 */
export async function stageFiles(make: (beside: (path: string) => string) => Promise<void>): Promise<void> {
  const staged: { readonly path: string; readonly temporary: string }[] = []
  const beside = (path: string) => {
    const temporary = join(dirname(path), `.kees-${randomUUID()}`)
    staged.push({ path, temporary })
    return temporary
  }
  const cleanUp = () => {
    for (const { temporary } of staged) rmSync(temporary, { force: true })
  }
  await withCleanUp(cleanUp, async () => {
    await make(beside)
    for (const { path, temporary } of staged) await tryWrite(path, takePlace(temporary, path))
  })
}

/** Synchronous, so that no signal handler runs between two renames. */
async function takePlace(temporary: string, path: string): Promise<void> {
  renameSync(temporary, path)
}
