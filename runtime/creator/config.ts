import type { Env } from '../../api/env.ts'
import { hostname } from 'node:os'
import packageJson from '../../package.json' with { type: 'json' }
import { invalid, type Parsed } from '../../api/parsed.ts'
import { isDnsLabel } from '../../api/dns-label.ts'
import { kmsKeyVariable } from '../store/kms-key-env.ts'
import { initVariables, type StoreAddress } from '../../api/init-env.ts'
import { about, type EnvDiagnostic, envDiagnostics, quote } from '../../api/diagnostic.ts'
import { type ListenAddress, parseListenAddress } from '../../api/listen-address.ts'
import { type LogLevel, logLevelVariable } from '../../api/log-level.ts'
import { storeVariables } from '../../api/store-env.ts'

export const version: string = packageJson.version

export type CreatorSettings = {
  readonly kubeconfig: string | undefined
  /** Empty: all. */
  readonly namespaces: readonly string[]
  readonly labelSelector: string
  readonly policyFile: string | undefined
  readonly allowAllPrefixes: boolean
  /** Calls per second. */
  readonly putRate: number
  readonly readRate: number
  readonly leaderElection: boolean
  readonly leaseName: string
  readonly podName: string
  readonly podNamespace: string
  readonly listen: ListenAddress
  readonly kmsKeyId: string | undefined
  readonly store: StoreAddress
  readonly annotationDomain: string
  readonly logLevel: LogLevel
}

type Variable<T> = {
  readonly env: string
  /** As text; empty where there is none. */
  readonly default: string
  readonly meaning: string
  /** What is wrong follows the variable and its value. */
  readonly parse: (text: string) => Parsed<T>
}

type Variables = { readonly [K in keyof CreatorSettings]: Variable<CreatorSettings[K]> }

const anyText = (text: string): Parsed<string> => ({ value: text })
const optional = (text: string): Parsed<string | undefined> =>
  text === '' ? { value: undefined, diagnostics: undefined } : { value: text }

const variables: Variables = {
  kubeconfig: {
    env: 'KUBECONFIG',
    default: '',
    meaning: "a kubeconfig file; without it, the pod's own ServiceAccount",
    parse: optional,
  },
  namespaces: {
    env: 'NAMESPACES',
    default: '',
    meaning: 'the namespaces to watch, separated by commas; without it, all',
    parse: parseNamespaces,
  },
  labelSelector: {
    env: 'LABEL_SELECTOR',
    default: '',
    meaning: 'a label selector: only pods that match it are watched',
    parse: anyText,
  },
  policyFile: {
    env: 'POLICY_FILE',
    default: '',
    meaning: 'a file with the StoragePolicy, read at the start; required unless ALLOW_ALL_PREFIXES is true',
    parse: optional,
  },
  allowAllPrefixes: {
    env: 'ALLOW_ALL_PREFIXES',
    default: 'false',
    meaning: 'true: POLICY_FILE is optional; without it, any pod may have any parameter created',
    parse: parseSwitch,
  },
  putRate: {
    env: 'PUT_RATE',
    default: '3',
    meaning: 'how many parameters may be created per second; halved while the store throttles',
    parse: parseRate,
  },
  readRate: {
    env: 'READ_RATE',
    default: '20',
    meaning: 'how many calls per second may read from the store; halved while the store throttles',
    parse: parseRate,
  },
  leaderElection: {
    env: 'LEADER_ELECTION',
    default: 'true',
    meaning: 'true: only the replica that holds the Lease creates parameters and records Events',
    parse: parseSwitch,
  },
  leaseName: {
    env: 'LEASE_NAME',
    default: 'kees-creator',
    meaning: 'the name of the Lease, in POD_NAMESPACE',
    parse: (text) => (isDnsLabel(text) ? { value: text } : invalid('is not a name such as kees-creator')),
  },
  podName: {
    env: 'POD_NAME',
    default: '',
    meaning: 'the holder identity in the Lease; without it, the host name',
    parse: (text) => ({ value: text === '' ? hostname() : text }),
  },
  podNamespace: {
    env: 'POD_NAMESPACE',
    default: '',
    meaning: 'the namespace of the Lease; required unless LEADER_ELECTION is false',
    parse: (text) =>
      text === '' || isDnsLabel(text) ? { value: text } : invalid('is not a valid namespace name'),
  },
  listen: {
    env: 'LISTEN',
    default: ':8080',
    meaning: 'the address that serves /healthz, /readyz and /metrics: [host]:port',
    parse: parseListenAddress,
  },
  kmsKeyId: kmsKeyVariable,
  store: { ...initVariables.store, default: 'ssm' },
  annotationDomain: initVariables.annotationDomain,
  logLevel: logLevelVariable,
}

type CreatorConfig =
  | { readonly settings: CreatorSettings; readonly diagnostics?: undefined }
  | { readonly settings?: undefined; readonly diagnostics: readonly EnvDiagnostic[] }

/** A variable that is empty counts as not set. All errors are reported at once. */
export function readConfig(env: Env): CreatorConfig {
  const diagnostics: EnvDiagnostic[] = []
  const read = <T>(variable: Variable<T>): T | undefined => {
    const text = env[variable.env] || variable.default
    const parsed = variable.parse(text)
    if (parsed.diagnostics === undefined) return parsed.value
    diagnostics.push(...envDiagnostics(variable.env, about(quote(text), parsed.diagnostics)))
    return undefined
  }
  const settings = {
    kubeconfig: read(variables.kubeconfig),
    namespaces: read(variables.namespaces) ?? [],
    labelSelector: read(variables.labelSelector) ?? '',
    policyFile: read(variables.policyFile),
    allowAllPrefixes: read(variables.allowAllPrefixes) ?? false,
    putRate: read(variables.putRate) ?? 1,
    readRate: read(variables.readRate) ?? 1,
    leaderElection: read(variables.leaderElection) ?? true,
    leaseName: read(variables.leaseName) ?? '',
    podName: read(variables.podName) ?? '',
    podNamespace: read(variables.podNamespace) ?? '',
    listen: read(variables.listen) ?? { host: '', port: 0 },
    kmsKeyId: read(variables.kmsKeyId),
    store: read(variables.store) ?? { kind: 'ssm' as const },
    annotationDomain: read(variables.annotationDomain) ?? '',
    logLevel: read(variables.logLevel) ?? logLevelVariable.default,
  } satisfies CreatorSettings
  if (settings.policyFile === undefined && !settings.allowAllPrefixes) {
    const { env: name } = variables.policyFile
    const hint = 'name a StoragePolicy, or set ALLOW_ALL_PREFIXES=true'
    diagnostics.push({ env: name, message: `${name} is missing`, hint })
  }
  if (settings.leaderElection && !env[variables.podNamespace.env]) {
    const { env: name } = variables.podNamespace
    const hint = 'set it to the namespace of the Lease, or set LEADER_ELECTION=false'
    diagnostics.push({ env: name, message: `${name} is missing`, hint })
  }
  return diagnostics.length > 0 ? { diagnostics } : { settings }
}

function parseNamespaces(text: string): Parsed<readonly string[]> {
  if (text === '') return { value: [] }
  const namespaces = text.split(',').map((one) => one.trim())
  if (namespaces.every(isDnsLabel)) return { value: [...new Set(namespaces)] }
  return invalid('is not a list of namespaces, separated by commas')
}

function parseSwitch(text: string): Parsed<boolean> {
  if (text === 'true' || text === 'false') return { value: text === 'true' }
  return invalid('must be true or false')
}

function parseRate(text: string): Parsed<number> {
  const value = Number(text)
  if (/^[0-9]+(\.[0-9]+)?$/.test(text) && value >= 0.01 && value <= 10_000) return { value }
  return invalid('must be a number from 0.01 to 10000')
}

type Row = { readonly env: string; readonly default: string; readonly meaning: string }

/** The environment variables, as `--help` and the documents show them. */
export const envTable: readonly Row[] = [
  ...Object.values(variables).map((one) => ({
    env: one.env,
    default: one.default,
    meaning: one.meaning,
  })),
  ...storeVariables.map((one) => ({ ...one, default: '' })),
]

export const helpText = `creator ${version}: creates the parameters that the pods of a cluster declare and that do not exist yet

usage: creator [--help | --version]

All settings are environment variables:
${envTable.map((one) => `  ${one.env}${one.default === '' ? '' : ` (${one.default})`}\n      ${one.meaning}\n`).join('')}
AWS credentials come from the first of these that is present: the environment, a web identity token, the container
credentials endpoint, the instance metadata.

Exit codes: 0 stopped by a signal, 1 invalid StoragePolicy or kubeconfig, 2 invalid environment, 5 the Lease was lost
or given up, 70 a bug of the creator.
`
