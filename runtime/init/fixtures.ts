/** Runs init in this process, for a pod in a folder of the test's own. */
import { statSync } from 'node:fs'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import type { Env } from '../../api/settings/env.ts'
import { clock } from '../scheduling/clock.ts'
import { openFileParameterStore } from '../store/file-parameter-store.ts'
import { secretValue } from '../secret-value.ts'
import { init, type InitWorld } from './init.ts'
import { writeFiles } from './files/write-files.ts'

export type Pod = {
  readonly annotations?: Readonly<Record<string, string>>
  readonly stored?: Readonly<Record<string, string>>
  readonly env?: Env
  readonly args?: readonly string[]
  /** An earlier init has written the secrets' file. */
  readonly before?: true
}

export async function runInit(
  t: Test,
  { annotations, stored = {}, env = {}, args = [], before }: Pod,
  world: Partial<InitWorld> = {},
) {
  const base = t.testdir({ secret: {}, env: {}, log: '' })
  const path = (name: string) => join(base, name)
  const store = openFileParameterStore(path('store'))
  await mkdir(path('store'), { mode: 0o700 })
  for (const [name, value] of Object.entries(stored)) await store.replace(name, secretValue(value))
  if (annotations) await writeFile(path('annotations'), formatAnnotationsFile(Object.entries(annotations)))
  if (before) await writeFiles([{ path: path('secret/secret'), content: '' }], 0o444, new Date())
  let [out, errors] = ['', '']
  const exit = await init({
    args,
    env: {
      ANNOTATIONS_FILE: path('annotations'),
      SECRETS_FILE: path('secret/secret'),
      RESOURCES_FILE: path('secret/resource'),
      ENV_FILE: path('env/env'),
      KEES_STORE: `file:${path('store')}`,
      WAIT_TIMEOUT: '0',
      REFERENCE_WAIT: '0',
      DENIED_WAIT: '0',
      ...env,
    },
    writeOut: (text) => (out += text),
    writeError: (text) => (errors += text),
    terminationLog: path('log'),
    clock,
    random: Math.random,
    collectGarbage: () => {},
    memoryLimit: 0,
    ...world,
  })
  /** The text of a file; undefined where there is none. */
  const read = async (name: string) =>
    statSync(path(name), { throwIfNoEntry: false })?.isFile() === true
      ? await readFile(path(name), 'utf8')
      : undefined
  const modeOf = async (name: string) => (await stat(path(name))).mode & 0o777
  return {
    exit,
    out,
    read,
    modeOf,
    log: errors
      .split('\n')
      .slice(0, -1)
      .map((line): unknown => JSON.parse(line)),
    secret: await read('secret/secret'),
    resource: await read('secret/resource'),
    message: await read('log'),
  }
}
