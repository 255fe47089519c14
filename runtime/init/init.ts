/** What init does, from the annotations of its pod to the files of their values: all of it or nothing. */
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { type InitEnv, initVariables } from '../../api/init-env.ts'
import { quote } from '../../api/mistake.ts'
import type { Declared } from '../../api/pod-annotations.ts'
import { describeBug } from '../../api/describe-bug.ts'
import type { Clock } from '../clock.ts'
import { exitCodeOf, failureOf } from '../failure.ts'
import type { FetchProgress } from '../fetch-parameters.ts'
import { type Log, openLog } from '../log.ts'
import { formatRef, type ParameterReader } from '../parameter-store.ts'
import type { EnvProblem } from '../store-env.ts'
import { helpText, type InitConfig, readConfig, version } from './config.ts'
import { fetchDeclared } from './fetch-declared.ts'
import { openReader } from './open-reader.ts'
import { outputFiles } from './output-files.ts'
import { readDeclared } from './read-declared.ts'
import { type Problem, report } from './report.ts'
import { writeFiles } from './write-files.ts'

/** Everything that init has of the world outside, but for files and the store. */
export type InitWorld = {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
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
  let problems: readonly Problem[]
  try {
    problems = arg === undefined ? await run(world, config, log) : [unknownArgument(arg)]
  } catch (error) {
    problems = [problemOf(error, log)]
  }
  return await report(problems, log, world.terminationLog)
}

/** @returns what is wrong: all that is wrong with the environment and the annotations at once. */
async function run(world: InitWorld, config: InitConfig, log: Log): Promise<readonly Problem[]> {
  const { settings } = config
  const read =
    settings && (await readDeclared(settings.annotationsFile, settings.annotationDomain, settings.format))
  for (const { annotation, code, message } of read?.warnings ?? []) {
    log.warn('an annotation needs attention', { annotation, code, problem: message })
  }
  if (read?.declared.length === 0 && read.problems.length === 0) {
    log.info('nothing is declared: nothing to do')
    return []
  }
  const timeout = settings?.requestTimeout ?? initVariables.requestTimeout.default
  const opened = openReader(config.store ?? initVariables.store.default, world.env, timeout)
  const problems = [...[...config.problems, ...opened.problems].map(envProblem), ...(read?.problems ?? [])]
  if (problems.length > 0 || !settings || !read || !opened.reader) return problems
  return await fetchAndWrite(opened.reader, read.declared, settings, world, log)
}

async function fetchAndWrite(
  store: ParameterReader,
  declared: readonly Declared[],
  settings: InitEnv,
  { clock, random }: InitWorld,
  log: Log,
): Promise<readonly Problem[]> {
  log.info('fetching the declared parameters', { declarations: declared.length })
  const progress = ({ found, open }: FetchProgress) =>
    log.info('waiting for parameters', {
      found,
      open: open.length,
      first: open.slice(0, 10).map(({ ref, failure }) => ({ parameter: formatRef(ref), code: failure.code })),
    })
  const { values, problems } = await fetchDeclared(store, declared, settings, { clock, random, progress })
  if (problems.length > 0) return problems
  const output = outputFiles(values, settings)
  if (output.problems) return output.problems
  const refusals = await writeFiles(output.files, settings.fileMode, new Date())
  log.info('the files are written', { files: output.files.map(({ path }) => path), values: values.length })
  for (const reason of refusals) log.warn('files of an earlier run cannot be removed', { reason })
  return []
}

function unknownArgument(arg: string): Problem {
  const text = `the argument ${quote(arg)} is not known: allowed are --help and --version, the rest is set by the environment`
  return { exit: exitCode.usage, text }
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
