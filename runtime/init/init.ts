/** What init does, from the annotations of its pod to the files of their values: all of it or nothing. */
import type { Env } from '../../api/env.ts'
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { type InitMode, parseInitArgs } from '../../api/init-args.ts'
import { initVariables } from '../../api/init-env.ts'
import { describeBug } from '../../api/describe-bug.ts'
import type { Clock } from '../scheduling/clock.ts'
import { exitCodeOf, failureOf } from '../failure.ts'
import { type Log, openLog } from '../log.ts'
import type { ParameterReader } from '../store/parameter-store.ts'
import type { EnvProblem } from '../../api/store-env.ts'
import { checkFiles } from './check-files.ts'
import { helpText, type InitConfig, readConfig, version } from './config.ts'
import { lookUpDeclared } from './fetch-declared.ts'
import { fetchFiles } from './fetch-files.ts'
import { openReader } from './open-reader.ts'
import { readDeclared } from './read-declared.ts'
import { type Problem, report } from './report.ts'
import { declaredPaths, missingPaths } from './written-files.ts'
import { type NewFile, writeFiles } from './write-files.ts'

/** Everything that init has of the world outside, but for files and the store. */
export type InitWorld = {
  readonly args: readonly string[]
  readonly env: Env
  readonly writeOut: (text: string) => void
  readonly writeError: (text: string) => void
  readonly terminationLog: string
  readonly clock: Clock
  readonly random: () => number
}

export async function init(world: InitWorld): Promise<ExitCode> {
  const [arg] = world.args
  if (arg === '--help' || arg === '--version') {
    world.writeOut(arg === '--help' ? helpText : `${version}\n`)
    return exitCode.done
  }
  const config = readConfig(world.env)
  const log = openLog(config.logLevel, world.writeError, config.context)
  const { value: mode, problem } = parseInitArgs(world.args)
  if (mode?.kind === 'check') return await checkFiles(config, log)
  let problems: readonly Problem[]
  try {
    problems = mode ? await run(mode, world, config, log) : [{ exit: exitCode.usage, text: problem }]
  } catch (error) {
    problems = [problemOf(error, log)]
  }
  return await report(problems, log, world.terminationLog)
}

/** @returns what is wrong: all that is wrong with the environment and the annotations at once. */
async function run(
  mode: InitMode,
  world: InitWorld,
  config: InitConfig,
  log: Log,
): Promise<readonly Problem[]> {
  const { settings } = config
  const read =
    settings && (await readDeclared(settings.annotationsFile, settings.annotationDomain, settings.format))
  for (const { annotation, code, message } of read?.warnings ?? []) {
    log.warn('an annotation needs attention', { annotation, code, problem: message })
  }
  if (read?.declared.length === 0 && read.problems.length === 0) {
    log.info('nothing is declared: nothing to do')
    // A sidecar that ends is started again.
    if (mode.kind === 'refresh') for (;;) await world.clock.sleep(mode.every)
    return []
  }
  const timeout = settings?.requestTimeout ?? initVariables.requestTimeout.default
  const open = () => openReader(config.store ?? initVariables.store.default, world.env, timeout)
  const opened = open()
  const problems = [...[...config.problems, ...opened.problems].map(envProblem), ...(read?.problems ?? [])]
  if (!settings || !read || !opened.reader) return problems
  if (problems.length > 0) {
    // One report names what is wrong with every declaration, so that it is mended once.
    return [...problems, ...(await lookUpDeclared(opened.reader, read.declared, settings, world))]
  }
  const { declared } = read
  const ask = (reader: ParameterReader) => fetchFiles(reader, declared, settings, world, log)
  const stays = mode.kind === 'refresh'
  const isFirst = !stays || (await missingPaths(declaredPaths(declared, settings))).length > 0
  if (isFirst) {
    log.info('fetching the declared parameters', { declarations: declared.length })
    const { files, problems: unfetched } = await ask(opened.reader)
    if (unfetched) return unfetched
    await writeAndTell(files, declared.length, settings.fileMode, log)
  }
  if (!stays) return []
  const { keepCurrent } = await import('./keep-current.ts')
  // Opened anew each time: what credentials come from is replaced in the meantime.
  const fetch = async () => {
    const { reader, problems: wrong } = open()
    return reader ? await ask(reader) : { problems: wrong.map(envProblem) }
  }
  return await keepCurrent({ ...world, every: mode.every, settings, fetch, log }, version)
}

async function writeAndTell(
  files: readonly NewFile[],
  values: number,
  mode: number,
  log: Log,
): Promise<void> {
  const refusals = await writeFiles(files, mode, new Date())
  log.info('the files are written', { files: files.map(({ path }) => path), values })
  for (const reason of refusals) log.warn('files of an earlier run cannot be removed', { reason })
}

function envProblem({ env, problem }: EnvProblem): Problem {
  return { exit: exitCode.usage, text: `${env} ${problem}`, fields: { env } }
}

function problemOf(error: unknown, log: Log): Problem {
  const failure = failureOf(error)
  if (failure) {
    const { code, message, detail } = failure
    return {
      exit: exitCodeOf(failure),
      text: message,
      fields: { code, ...(detail === undefined ? {} : { detail }) },
    }
  }
  const bug = describeBug(error)
  log.error('this is a bug of init, please report it', { version, ...bug })
  return { exit: exitCode.bug, text: `a bug of init ${version} (${bug.error}): see the log` }
}
