import type { EnvDiagnostic } from '../../api/diagnostic.ts'
import type { Env } from '../../api/settings/env.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { type InitEnv, initVariables, type StoreAddress } from '../../api/settings/init-env.ts'
import type { LogLevel } from '../../api/settings/log-level.ts'
import { readInitEnv } from '../../api/settings/read-init-env.ts'
import { describeSettings, type EnvRow } from '../../api/settings/setting.ts'
import { secretsVariables, storeVariables } from '../../api/settings/store-env.ts'
import type { Fields } from '../log.ts'

export const version: string = packageJson.version

export type InitConfig = {
  /** The default when this variable is wrong. */
  readonly logLevel: LogLevel
  /** The fields of every log line. */
  readonly context: Fields
  /** Absent when any variable is wrong. */
  readonly settings?: InitEnv
  /** Absent when this variable is wrong. */
  readonly store?: StoreAddress
  readonly diagnostics: readonly EnvDiagnostic[]
}

export function readConfig(env: Env): InitConfig {
  const { valid, ...read } = readInitEnv(env)
  const { podName: pod, podNamespace: namespace, logLevel = initVariables.logLevel.default, store } = valid
  return {
    ...read,
    logLevel,
    ...(store ? { store } : {}),
    context: { ...(pod ? { pod } : {}), ...(namespace ? { namespace } : {}) },
  }
}

/** The table of the environment, as `--help` and the documents show it. */
export function envTable(): readonly EnvRow[] {
  return [
    ...describeSettings<InitEnv>(initVariables),
    ...[...storeVariables, ...secretsVariables].map((one) => ({ ...one, default: '' })),
  ]
}

/** A function, as the table: a run for a pod needs neither. */
export const helpText = () => `init ${version}: writes the values that a pod's annotations declare into files

usage: init [--refresh DURATION | --check | --help | --version]

Without an argument it writes them once and exits. With --refresh it keeps running, reads the store every DURATION (such
as 5m), and rewrites the files when values have changed. With --check its exit code is 0 if the files exist.

Environment variables:
${envTable()
  .map((one) => `  ${one.env}${one.default === '' ? '' : ` (${one.default})`}\n      ${one.meaning}\n`)
  .join('')}
AWS credentials come from the environment, a web identity token, the container credentials endpoint or the
instance metadata, whichever is found first.

Exit codes: 0 success, 1 invalid annotations, 2 invalid environment, 3 parameters missing, 4 access denied,
5 store not reached, 6 files not written, 70 a bug of init.
`
