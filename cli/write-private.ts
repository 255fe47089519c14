import { join } from 'node:path'
import { failed } from '../runtime/failure.ts'
import type { NewFile } from '../runtime/init/write-files.ts'
import { makeFolder } from '../runtime/make-folder.ts'
import { systemCode, systemReason } from '../runtime/system-error.ts'
import { replaceFiles } from './replace-files.ts'

/** Puts values into files that only their owner can read, whoever could read what was there. Throws OUTPUT_UNWRITABLE. */
export async function writePrivate(files: readonly NewFile[]): Promise<void> {
  const texts = new Map<string, string>()
  for (const { path, content } of files) {
    if (typeof content === 'string') {
      texts.set(path, content)
      continue
    }
    await makePrivateFolder(path)
    for (const [name, text] of content) texts.set(join(path, name), text)
  }
  await replaceFiles(texts, 0o600)
}

async function makePrivateFolder(path: string): Promise<void> {
  try {
    await makeFolder(path, 0o700)
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    throw failed({ code: 'OUTPUT_UNWRITABLE', message: `${path} cannot be made: ${systemReason(code)}` })
  }
}
