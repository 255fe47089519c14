import type { Env } from '../../api/settings/env.ts'
import { hostname } from 'node:os'
import packageJson from '../../package.json' with { type: 'json' }
import { invalid, type Parsed } from '../../api/parsed.ts'
import { isDnsLabel } from '../../api/dns-label.ts'
import { kmsKeyVariable } from '../store/kms-key-env.ts'
import { parseRate, putRateVariable } from '../store/put-rate-env.ts'
import { initVariables } from '../../api/settings/init-env.ts'
import type { EnvDiagnostic } from '../../api/diagnostic.ts'
import {
  formatListenAddress,
  type ListenAddress,
  parseListenAddress,
} from '../../api/settings/listen-address.ts'
import {
  decodeSettings,
  describeSettings,
  type EnvSetting,
  type SettingsOf,
} from '../../api/settings/setting.ts'
import { storeVariables } from '../../api/settings/store-env.ts'

export const version: string = packageJson.version

const asIs = (text: string): string => text

const setting = <T>(entry: EnvSetting<T>): EnvSetting<T> => entry

const text = (env: string, meaning: string) =>
  setting<string>({ env, default: '', meaning, parse: (value) => ({ value }), format: asIs })

const optional = (env: string, meaning: string) =>
  setting<string | undefined>({
    env,
    default: undefined,
    meaning,
    parse: (value) => ({ value }),
    format: (value) => value ?? '',
  })

const flag = (env: string, byDefault: boolean, meaning: string) =>
  setting<boolean>({ env, default: byDefault, meaning, parse: parseSwitch, format: String })

/** Calls per second. */
const rate = (env: string, byDefault: number, meaning: string) =>
  setting<number>({ env, default: byDefault, meaning, parse: parseRate, format: String })

const dnsLabel = (env: string, byDefault: string, meaning: string, otherwise: string) =>
  setting<string>({
    env,
    default: byDefault,
    meaning,
    parse: (value) => (isDnsLabel(value) ? { value } : invalid(otherwise)),
    format: asIs,
  })

const variables = {
  kubeconfig: optional('KUBECONFIG', "a kubeconfig file; without it, the pod's own ServiceAccount"),
  /** Empty: all. */
  namespaces: setting<readonly string[]>({
    env: 'NAMESPACES',
    default: [],
    meaning: 'the namespaces to watch, separated by commas; without it, all',
    parse: parseNamespaces,
    format: (names) => names.join(','),
  }),
  labelSelector: text('LABEL_SELECTOR', 'a label selector: only pods that match it are watched'),
  policyFile: optional(
    'POLICY_FILE',
    'a file with the StoragePolicy, read at the start; required unless ALLOW_ALL_PREFIXES is true',
  ),
  allowAllPrefixes: flag(
    'ALLOW_ALL_PREFIXES',
    false,
    'true: POLICY_FILE is optional; without it, any pod may have any parameter created',
  ),
  putRate: putRateVariable,
  readRate: rate(
    'READ_RATE',
    20,
    'how many calls per second may read from the store; halved while the store throttles',
  ),
  leaderElection: flag(
    'LEADER_ELECTION',
    true,
    'true: only the replica that holds the Lease creates parameters and records Events',
  ),
  leaseName: dnsLabel(
    'LEASE_NAME',
    'kees-creator',
    'the name of the Lease, in POD_NAMESPACE',
    'is not a name such as kees-creator',
  ),
  podName: text('POD_NAME', 'the holder identity in the Lease; without it, the host name'),
  podNamespace: dnsLabel(
    'POD_NAMESPACE',
    '',
    'the namespace of the Lease; required unless LEADER_ELECTION is false',
    'is not a valid namespace name',
  ),
  listen: setting<ListenAddress>({
    env: 'LISTEN',
    default: { host: '', port: 8080 },
    meaning: 'the address that serves /healthz, /readyz and /metrics: [host]:port',
    parse: parseListenAddress,
    format: formatListenAddress,
  }),
  kmsKeyId: kmsKeyVariable,
  store: initVariables.store,
  annotationDomain: initVariables.annotationDomain,
  logLevel: initVariables.logLevel,
}

export type CreatorSettings = SettingsOf<typeof variables>

type CreatorConfig =
  | { readonly settings: CreatorSettings; readonly diagnostics?: undefined }
  | { readonly settings?: undefined; readonly diagnostics: readonly EnvDiagnostic[] }

/** A variable that is empty counts as not set. All errors are reported at once. */
export function readConfig(env: Env): CreatorConfig {
  const { settings, valid, diagnostics } = decodeSettings<CreatorSettings>(variables, env)
  const missing: EnvDiagnostic[] = []
  const require = (name: string, hint: string) =>
    missing.push({ env: name, message: `${name} is missing`, hint })
  if (!env[variables.policyFile.env] && valid.allowAllPrefixes !== true)
    require(variables.policyFile.env, 'name a StoragePolicy, or set ALLOW_ALL_PREFIXES=true')
  if (!env[variables.podNamespace.env] && valid.leaderElection !== false) {
    const hint = 'set it to the namespace of the Lease, or set LEADER_ELECTION=false'
    require(variables.podNamespace.env, hint)
  }
  if (settings === undefined || missing.length > 0) return { diagnostics: [...diagnostics, ...missing] }
  return { settings: { ...settings, podName: settings.podName || hostname() } }
}

function parseNamespaces(list: string): Parsed<readonly string[]> {
  const namespaces = list.split(',').map((one) => one.trim())
  if (namespaces.every(isDnsLabel)) return { value: [...new Set(namespaces)] }
  return invalid('is not a list of namespaces, separated by commas')
}

function parseSwitch(word: string): Parsed<boolean> {
  if (word === 'true' || word === 'false') return { value: word === 'true' }
  return invalid('must be true or false')
}

/** The environment variables, as `--help` and the documents show them. */
export const envTable = [
  ...describeSettings<CreatorSettings>(variables),
  ...storeVariables.map((one) => ({ ...one, default: '' })),
]

export const helpText = `creator ${version}: creates the parameters that the pods of a cluster declare and that do not exist yet

usage: creator [--help | --version]

All settings are environment variables:
${envTable.map((one) => `  ${one.env}${one.default === '' ? '' : ` (${one.default})`}\n      ${one.meaning}\n`).join('')}
AWS credentials come from the first of these that is present: the environment, a web identity token, the container
credentials endpoint, the instance metadata.

Exit codes: 0 stopped by a signal, 1 invalid StoragePolicy or kubeconfig, 2 invalid environment, 5 the Lease was lost
or released, 70 a bug of the creator.
`
