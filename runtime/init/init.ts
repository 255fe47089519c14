/** What init does, from the annotations of its pod to the files of their values: all of it or nothing. */
import type { Env } from '../../api/settings/env.ts'
import type { Diagnostic, EnvDiagnostic } from '../../api/diagnostic.ts'
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { type InitMode, parseInitArgs } from '../../api/settings/init-args.ts'
import { initVariables } from '../../api/settings/init-env.ts'
import { validateLocalModeEnv } from '../../api/settings/local-mode-env.ts'
import { describeBug } from '../../api/describe-bug.ts'
import type { Clock } from '../scheduling/clock.ts'
import { exitCodeOf, failureOf } from '../failure.ts'
import { type Log, openLog } from '../log.ts'
import { checkFiles } from './check-files.ts'
import { helpText, type InitConfig, readConfig, version } from './config.ts'
import { lookUpDeclared } from './fetch/fetch-declared.ts'
import { deriveFiles, fetchFiles, warnOfAbsent } from './files/fetch-files.ts'
import { memoryWithin } from './fetch/memory-limit.ts'
import { type OpenedReader, openReader } from './fetch/open-reader.ts'
import { logWarnings, readDeclared } from './files/read-declared.ts'
import type { WrittenOutput } from './files/output-files.ts'
import { type InitDiagnostic, report } from './fetch/report.ts'
import { keepCurrent } from './refresh/keep-current.ts'
import { filesExist } from './files/written-files.ts'
import { writeFiles } from './files/write-files.ts'

/** Everything that init has of the world outside, but for files and the store. */
export type InitWorld = {
  readonly args: readonly string[]
  readonly env: Env
  readonly writeOut: (text: string) => void
  readonly writeError: (text: string) => void
  readonly terminationLog: string
  readonly clock: Clock
  readonly random: () => number
  readonly collectGarbage: () => void
  /** Of this container, in bytes; 0 where there is none. */
  readonly memoryLimit: number
}

export async function init(world: InitWorld): Promise<ExitCode> {
  const [arg] = world.args
  if (arg === '--help' || arg === '--version') {
    world.writeOut(arg === '--help' ? helpText() : `${version}\n`)
    return exitCode.done
  }
  const config = readConfig(world.env)
  const log = openLog(config.logLevel, world.writeError, config.context)
  const { value: mode, diagnostics: wrongArgs } = parseInitArgs(world.args)
  if (mode?.kind === 'check') return await checkFiles(config, log)
  let diagnostics: readonly InitDiagnostic[]
  try {
    diagnostics = mode ? await run(mode, world, config, log) : usage(wrongArgs)
  } catch (error) {
    diagnostics = [describeError(error, log)]
  }
  return await report(diagnostics, log, world.terminationLog)
}

/** @returns what is wrong: all that is wrong with the environment and the annotations at once. */
async function run(
  mode: InitMode,
  world: InitWorld,
  config: InitConfig,
  log: Log,
): Promise<readonly InitDiagnostic[]> {
  const { settings } = config
  const read = settings && (await readDeclared(settings))
  logWarnings(read?.warnings ?? [], log)
  const isLocal = read?.localMode !== undefined
  const { reader, diagnostics: ofStore } = openStore(isLocal, config, world.env)
  const memory = memoryWithin(world.memoryLimit, mode.kind === 'refresh' ? 'refresh' : 'once')
  const isEmpty = read?.declared.length === 0 && read.composed.length === 0 && read.diagnostics.length === 0
  if (isEmpty) log.info('nothing is declared: nothing to do')
  const isFirst = !settings || !read || mode.kind !== 'refresh' || !(await filesExist(read, settings))
  if (isFirst && !isEmpty) {
    const wrong = usage([...config.diagnostics, ...ofStore])
    const diagnostics = [...wrong, ...(read?.diagnostics ?? [])]
    if (!settings || !read || (!reader && !isLocal)) return diagnostics
    const { declared } = read
    if (diagnostics.length > 0) {
      // One report names what is wrong with every declaration, so that it is mended once.
      return reader
        ? [...diagnostics, ...(await lookUpDeclared(reader, declared, settings, world))]
        : diagnostics
    }
    const some = { declarations: declared.length }
    if (reader) log.info('fetching the declared parameters', some)
    else log.warn('local mode: no store is read, and everybody can compute these values', some)
    const fetched = reader
      ? await fetchFiles(reader, read, settings, { ...world, memory }, log)
      : await deriveFiles(read, settings, { ...world, memory })
    if (fetched.diagnostics) return fetched.diagnostics
    warnOfAbsent(fetched.absent, log)
    await writeAndTell(fetched, declared.length, settings.fileMode, log)
  }
  if (mode.kind !== 'refresh' || !settings || !read) return []
  // One reader for every round: it keeps its connections, and renews its credentials from what is mounted then.
  const store = reader ? { reader } : ofStore.length > 0 ? { diagnostics: usage(ofStore) } : localStore
  const { every } = mode
  return await keepCurrent({ ...world, memory, every, settings, pod: read, store, log }, version)
}

const localStore = { isLocal: true } as const

/** @returns no reader where something is wrong, and in local mode. */
function openStore(isLocal: boolean, { settings, store }: InitConfig, env: Env): OpenedReader {
  if (isLocal) return { diagnostics: validateLocalModeEnv(env, settings?.allowLocalMode === true) }
  const { store: address, requestTimeout } = initVariables
  return openReader(store ?? address.default, env, settings?.requestTimeout ?? requestTimeout.default)
}

async function writeAndTell(
  { files, folders }: WrittenOutput,
  values: number,
  mode: number,
  log: Log,
): Promise<void> {
  const unremoved = await writeFiles(files, mode, new Date(), folders)
  log.info('the files are written', { files: files.map(({ path }) => path), values })
  for (const reason of unremoved) log.warn('some old files could not be removed', { reason })
}

/** Of the arguments, or of a variable. */
function usage(diagnostics: readonly (Diagnostic | EnvDiagnostic)[]): InitDiagnostic[] {
  return diagnostics.map(({ message, hint, ...of }) => ({
    exit: exitCode.usage,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...('env' in of ? { fields: { env: of.env } } : {}),
  }))
}

function describeError(error: unknown, log: Log): InitDiagnostic {
  const failure = failureOf(error)
  if (failure) {
    const { code, message, hint, detail } = failure
    return {
      exit: exitCodeOf(failure),
      message,
      ...(hint === undefined ? {} : { hint }),
      fields: { code, ...(detail === undefined ? {} : { detail }) },
    }
  }
  const bug = describeBug(error)
  log.error('this is a bug of init, please report it', { version, ...bug })
  return { exit: exitCode.bug, message: `a bug of init ${version} (${bug.error})`, hint: 'see the log' }
}
