/** The creator from its command line to its exit code: reads the settings, opens everything, reports all errors at once. */
import { describeBug } from '../../api/describe-bug.ts'
import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import { type Diagnostic, quote } from '../../api/diagnostic.ts'
import { overlappingPrefixes } from '../../api/storage/overlapping-prefixes.ts'
import { exitCodeOf, failureOf } from '../failure.ts'
import { type Log, openLog } from '../log.ts'
import { openStore } from '../store/open-store.ts'
import { podCredentials } from '../aws/credentials/pod-credentials.ts'
import { openApiServer } from '../kubernetes/api-server.ts'
import { type CreatorSettings, helpText, readConfig, version } from './config.ts'
import { runCreator } from './run-creator.ts'
import { readPolicy } from './read-policy.ts'
import type { CreatorWorld, Opened } from './creator-world.ts'

type StartDiagnostic = Diagnostic & { readonly exit: ExitCode }

const requestTimeout = 5000

export async function creator(world: CreatorWorld): Promise<ExitCode> {
  const [arg] = world.args
  if (arg === '--help' || arg === '--version') {
    world.writeOut(arg === '--help' ? helpText : `${version}\n`)
    return exitCode.done
  }
  const { settings, diagnostics = [] } = readConfig(world.env)
  const log = openLog(settings?.logLevel ?? 'info', world.writeError)
  const wrong: StartDiagnostic[] = diagnostics.map(({ env: _env, ...one }) => ({
    ...one,
    exit: exitCode.usage,
  }))
  if (arg !== undefined) {
    const message = `the argument ${quote(arg)} is not known: known are --help and --version`
    wrong.push({ exit: exitCode.usage, message, hint: 'set environment variables for everything else' })
  }
  try {
    const opened = await openAll(settings, world, wrong)
    if (settings && opened) {
      warnOfOverlaps(settings, opened, log)
      return await runCreator(settings, opened, world, log)
    }
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) return endWithBug(error, log)
    wrong.push({ ...failure, exit: exitCodeOf(failure) })
  }
  const exit = firstToMend(wrong.map((one) => one.exit))
  log.error('the creator cannot start', {
    exitCode: exit,
    problems: wrong.map(({ message: text, hint }) => ({ text, hint })),
  })
  return exit
}

/** @param wrong is added to. @returns undefined when anything is wrong. */
async function openAll(
  settings: CreatorSettings | undefined,
  { env }: CreatorWorld,
  wrong: StartDiagnostic[],
): Promise<Opened | undefined> {
  const policyFile = settings ? settings.policyFile : env['POLICY_FILE'] || undefined
  const read = policyFile === undefined ? undefined : await readPolicy(policyFile)
  wrong.push(...(read?.diagnostics ?? []))
  const cluster = openApiServer(settings ? settings.kubeconfig : env['KUBECONFIG'] || undefined)
  if (cluster.diagnostic) {
    const { diagnostic, unreadable } = cluster
    const exit = unreadable ? exitCode.usage : exitCode.input
    wrong.push({ ...diagnostic, exit, message: `KUBECONFIG ${diagnostic.message}` })
  }
  let check = () => {}
  const opened = await openStore(settings?.store ?? { kind: 'ssm' }, env, {
    requestTimeout,
    maxAttempts: 1,
    credentials: podCredentials,
    beforeSending: () => check(),
    ...(settings?.kmsKeyId === undefined ? {} : { kmsKeyId: settings.kmsKeyId }),
  })
  for (const { env: _env, ...one } of opened.diagnostics ?? []) wrong.push({ ...one, exit: exitCode.usage })
  if (wrong.length > 0 || cluster.diagnostic || opened.diagnostics) return undefined
  const checkBeforeSending = (one: () => void) => void (check = one)
  return { store: opened.store, server: cluster.server, policy: read?.policy, checkBeforeSending }
}

function warnOfOverlaps({ policyFile = '' }: CreatorSettings, { policy }: Opened, log: Log): void {
  for (const { message, hint } of policy ? overlappingPrefixes(policy) : []) {
    log.warn('two rules of the StoragePolicy allow the same parameters', {
      policyFile,
      problem: message,
      hint,
    })
  }
}

function endWithBug(error: unknown, log: Log): ExitCode {
  log.error('this is a bug of the creator, please report it', { version, ...describeBug(error) })
  return exitCode.bug
}
