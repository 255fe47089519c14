import type { Env } from '../../api/env.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { initVariables } from '../../api/init-env.ts'
import { logLevelVariable } from '../../api/log-level.ts'
import { type ReadInitEnv, readInitEnv } from '../../api/read-init-env.ts'
import { storeVariables } from '../../api/store-env.ts'
import type { Fields } from '../log.ts'

export const version: string = packageJson.version

export type InitConfig = ReadInitEnv & {
  /** What every log line says. */
  readonly context: Fields
}

/** What init reads beside the variables of api/init-env.ts and those of the store. */
const ownVariables = [
  logLevelVariable,
  { env: 'POD_NAME', default: '', meaning: 'the name of the pod, for messages' },
  { env: 'POD_NAMESPACE', default: '', meaning: 'the namespace of the pod, for messages' },
] as const

export function readConfig(env: Env): InitConfig {
  const { POD_NAME: pod, POD_NAMESPACE: namespace } = env
  return {
    ...readInitEnv(env),
    context: { ...(pod ? { pod } : {}), ...(namespace ? { namespace } : {}) },
  }
}

type Row = { readonly env: string; readonly default: string; readonly meaning: string }

/** The table of the environment, as `--help` and the documents show it. */
export const envTable: readonly Row[] = [
  row(initVariables.annotationsFile),
  row(initVariables.secretsFile),
  row(initVariables.resourcesFile),
  row(initVariables.annotationDomain),
  row(initVariables.format),
  row(initVariables.fileMode),
  row(initVariables.deadline),
  row(initVariables.waitTimeout),
  row(initVariables.referenceWait),
  row(initVariables.deniedWait),
  row(initVariables.requestTimeout),
  row(initVariables.store),
  row(initVariables.listen),
  row(initVariables.notifyFile),
  row(initVariables.notifyUrl),
  ...ownVariables,
  ...storeVariables.map((one) => ({ ...one, default: '' })),
]

function row<T>(variable: Omit<Row, 'default'> & { default: T; format: (value: T) => string }): Row {
  const { env, meaning } = variable
  return { env, default: variable.format(variable.default), meaning }
}

export const helpText = `init ${version}: writes the values that a pod's annotations declare into files

usage: init [--refresh DURATION | --check | --help | --version]

Without an argument it writes them once and ends. With --refresh it stays, asks the store again and again, DURATION
apart (such as 5m), and writes them anew when other values are stored. With --check it tells by its exit code whether the
files are there.

Everything is set by the environment:
${envTable.map((one) => `  ${one.env}${one.default === '' ? '' : ` (${one.default})`}\n      ${one.meaning}\n`).join('')}
AWS credentials come from the environment, a web identity token, the container credentials endpoint or the
instance metadata, the first that there is.

Exit codes: 0 done, 1 wrong annotations, 2 wrong environment, 3 parameters missing, 4 access denied,
5 store not reached, 6 files not written, 70 a bug of init.
`
