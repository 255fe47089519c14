import { resolve } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { decodeInitEnv, type InitEnv, initVariables, type StoreAddress } from '../../api/init-env.ts'
import { quote } from '../../api/mistake.ts'
import { type Fields, type LogLevel, logLevels } from '../log.ts'
import { type EnvProblem, storeVariables } from '../store-env.ts'

type Env = Readonly<Record<string, string | undefined>>

export const version: string = packageJson.version

export type InitConfig = {
  readonly logLevel: LogLevel
  /** What every log line says. */
  readonly context: Fields
  /** Absent when any variable is wrong. */
  readonly settings?: InitEnv
  /** Absent when this variable is wrong. */
  readonly store?: StoreAddress
  readonly problems: readonly EnvProblem[]
}

/** What init reads beside the variables of api/init-env.ts and those of the store. */
const ownVariables = [
  { env: 'LOG_LEVEL', default: 'info', meaning: `how much is logged: ${logLevels.join(', ')}` },
  { env: 'POD_NAME', default: '', meaning: 'the name of the pod, for messages' },
  { env: 'POD_NAMESPACE', default: '', meaning: 'the namespace of the pod, for messages' },
] as const

export function readConfig(env: Env): InitConfig {
  const decoded = decodeInitEnv(env)
  const settings = 'settings' in decoded ? decoded.settings : undefined
  const problems: EnvProblem[] = (decoded.problems ?? []).map(({ env: name, problem }) => ({
    env: name,
    problem: `${quote(env[name] ?? '')} ${problem}`,
  }))
  if (settings) problems.push(...overlaps(settings))
  const level = env['LOG_LEVEL'] || 'info'
  const logLevel = logLevels.find((one) => one === level)
  if (logLevel === undefined) {
    const problem = `${quote(level)} is not a level: allowed are ${logLevels.join(', ')}`
    problems.push({ env: 'LOG_LEVEL', problem })
  }
  const store = initVariables.store.parse(env[initVariables.store.env] || 'ssm').value
  const { POD_NAME: pod, POD_NAMESPACE: namespace } = env
  return {
    logLevel: logLevel ?? 'info',
    context: { ...(pod ? { pod } : {}), ...(namespace ? { namespace } : {}) },
    ...(settings && problems.length === 0 ? { settings } : {}),
    ...(store ? { store } : {}),
    problems,
  }
}

/** One inside the other would be written into what the other replaces. */
function overlaps({ secretsFile, resourcesFile, notifyFile }: InitEnv): EnvProblem[] {
  const files = [
    { ...initVariables.secretsFile, path: secretsFile },
    { ...initVariables.resourcesFile, path: resourcesFile },
    { ...initVariables.notifyFile, path: notifyFile },
  ].filter(({ path }) => path !== '')
  return files.flatMap(({ env, path }, index) =>
    files.slice(0, index).flatMap((other): EnvProblem[] => {
      const [a, b] = [`${resolve(path)}/`, `${resolve(other.path)}/`]
      if (a === b) return [{ env, problem: `is the same file as ${other.env}` }]
      if (!a.startsWith(b) && !b.startsWith(a)) return []
      return [{ env, problem: `and ${other.env} are one inside the other` }]
    }),
  )
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
