/**
 * The embedded store: a folder with one file per parameter, for laptops, demos and tests. The file is named by the
 * percent-encoded name and contains the value. There are no versions: every parameter has version 1.
 *
 * Creation is atomic: a temporary file is written and synced, then linked to its name, which fails if the name exists.
 * A parameter that exists is therefore complete, even if the process is killed at any moment.
 */
import { randomBytes } from 'node:crypto'
import { promises } from 'node:fs'
import { join } from 'node:path'
import { failed } from '../failure.ts'
import { makeFolder } from '../files/make-folder.ts'
import { checkCall, type ParameterRef, type ParameterStore, parseRef } from './parameter-store.ts'
import { quotePath } from '../files/quote-path.ts'
import { type SecretValue, secretValue } from '../secret-value.ts'
import { syncFolder } from '../files/sync-folder.ts'
import { systemCode, systemReason, unlessAbsent } from '../files/system-error.ts'
import { writeSynced } from '../files/write-synced.ts'

/** With `write`, a missing folder is an empty store and is created; with `read`, it is an error (a mistyped path). */
export type StoreAccess = 'read' | 'write'

export function openFileParameterStore(folder: string, access: StoreAccess = 'write'): ParameterStore {
  const pathOf = (name: string) => join(folder, encodeURIComponent(name))

  const reading = <T>(name: string, work: Promise<T>) =>
    explained(unlessAbsent(work), 'STORE_UNREADABLE', `cannot read ${name} in ${quotePath(folder)}`)
  const writing = <T>(name: string, work: Promise<T>) =>
    explained(work, 'STORE_UNWRITABLE', `cannot write ${name} in ${quotePath(folder)}`)

  const store = async (value: SecretValue, publish: (temporary: string) => Promise<void>): Promise<void> => {
    if (!(await folderIsThere(folder))) await makeFolder(folder, 0o700)
    await removeStale(folder)
    const temporary = join(folder, newPrefix + randomBytes(12).toString('hex'))
    try {
      await writeSynced(temporary, value.reveal(), 0o600)
      await publish(temporary)
    } finally {
      await promises.rm(temporary, { force: true })
    }
    await syncFolder(folder)
  }

  return {
    peer: () => ({ service: 'file store', host: 'localhost' }),

    async get(refs) {
      checkCall(refs.map(({ name }) => name))
      refuseSelectors(refs)
      if (!(await folderIsThere(folder))) throw absent(folder)
      const answers = await Promise.all(
        refs.map(async (ref) => {
          const bytes = await reading(ref.name, promises.readFile(pathOf(ref.name)))
          return { ref, value: bytes && secretValue(decodeUtf8(bytes, ref.name)) }
        }),
      )
      return {
        found: answers.flatMap(({ ref, value }) => (value === undefined ? [] : [{ ref, value, version: 1 }])),
        missing: answers.flatMap(({ ref, value }) => (value === undefined ? [ref] : [])),
      }
    },

    async exists(names) {
      checkCall(names)
      refuseSelectors(names.map(parseRef))
      if (!(await folderIsThere(folder))) {
        if (access === 'read') throw absent(folder)
        return new Set()
      }
      const stats = await Promise.all(names.map((name) => reading(name, promises.stat(pathOf(name)))))
      return new Set(names.filter((_, index) => stats[index] !== undefined))
    },

    async create(name, value) {
      let exists = false
      const linkNew = async (temporary: string) => {
        try {
          await promises.link(temporary, pathOf(name))
        } catch (error) {
          if (systemCode(error) !== 'EEXIST') throw error
          exists = true
        }
      }
      await writing(name, store(value, linkNew))
      return exists ? { outcome: 'exists', attempts: 1 } : { outcome: 'created', version: 1, attempts: 1 }
    },

    async replace(name, value) {
      await writing(
        name,
        store(value, (temporary) => promises.rename(temporary, pathOf(name))),
      )
    },
  }
}

function absent(folder: string): Error {
  const message = `the file store ${quotePath(folder)} does not exist: kees create and kees put create it`
  return failed({ code: 'STORE_UNREADABLE', message })
}

function refuseSelectors(refs: readonly ParameterRef[]): void {
  if (refs.every(({ selector }) => selector === undefined)) return
  throw failed({
    code: 'SELECTOR_UNSUPPORTED',
    message: 'a version or label is selected, which a file: store does not have',
    hint: 'for tests, leave out version and label',
  })
}

/** Whether the folder exists. It is an error if others than its owner can access it. */
async function folderIsThere(folder: string): Promise<boolean> {
  const subject = `the file store ${quotePath(folder)}`
  const stats = await explained(
    unlessAbsent(promises.stat(folder)),
    'STORE_UNREADABLE',
    `${subject} cannot be read`,
  )
  if (stats === undefined) return false
  if (!stats.isDirectory()) throw failed({ code: 'STORE_UNREADABLE', message: `${subject} is not a folder` })
  if ((stats.mode & 0o077) === 0) return true
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0')
  const message = `${subject} is accessible to others (mode ${mode}): it must have mode 0700`
  throw failed({ code: 'STORE_UNSAFE', message })
}

const newPrefix = '.new-'
/** In milliseconds. */
const staleAfter = 60_000

/** Temporary files of killed processes contain values too. */
async function removeStale(folder: string): Promise<void> {
  for (const name of await promises.readdir(folder)) {
    if (!name.startsWith(newPrefix)) continue
    const path = join(folder, name)
    const found = await unlessAbsent(promises.stat(path))
    if (found && Date.now() - found.mtimeMs > staleAfter) await promises.rm(path, { force: true })
  }
}

async function explained<T>(
  work: Promise<T>,
  code: 'STORE_UNREADABLE' | 'STORE_UNWRITABLE',
  subject: string,
): Promise<T> {
  try {
    return await work
  } catch (error) {
    const reason = systemCode(error)
    if (reason === undefined) throw error
    const tooLong = reason === 'ENAMETOOLONG'
    throw failed({ code: tooLong ? 'INVALID_NAME' : code, message: `${subject}: ${systemReason(reason)}` })
  }
}

function decodeUtf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw failed({
      code: 'INVALID_VALUE',
      message: `the value of ${name} in the file store is not UTF-8 text`,
    })
  }
}
