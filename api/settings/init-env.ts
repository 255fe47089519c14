/**
 * The settings of init, which inject-init and the user pass to it as environment variables of its container. A value
 * that equals the default is left out of the environment, so the defaults are part of the contract and never change.
 */
import { defaultAnnotationDomain, validateAnnotationDomain } from '../declaration/annotation-domain.ts'
import { currentContract, parseContract } from '../pod/contract.ts'
import { formatDuration, parseDuration } from '../duration.ts'
import type { Env } from './env.ts'
import { formatFileMode, parseFileMode } from '../declaration/file-mode.ts'
import { formatListenAddress, type ListenAddress, parseListenAddress } from './listen-address.ts'
import { allowLocalMode } from './local-mode-env.ts'
import { type LogLevel, logLevelVariable } from './log-level.ts'
import { isLoopback } from '../loopback.ts'
import { checked, invalid, type Parsed } from '../parsed.ts'
import { defaultFormat, parseFormat, type SecretsFormat, secretsFormats } from '../secrets-format.ts'
import {
  type DecodedSettings,
  decodeSettings,
  encodeSettings,
  type SetBy,
  type Setting,
  type SettingsOf,
} from './setting.ts'

export type StoreAddress = { readonly kind: 'ssm' } | { readonly kind: 'file'; readonly folder: string }

const asIs = (text: string): string => text

const path = <By extends SetBy>(
  env: string,
  byDefault: string,
  meaning: string,
  setBy: By,
): Setting<string, By> => ({
  env,
  default: byDefault,
  meaning,
  parse: (text) => (text.startsWith('/') ? { value: text } : invalid('must be an absolute path')),
  format: asIs,
  setBy,
})

const byUser = <T>(setting: Omit<Setting<T>, 'setBy'>): Setting<T, 'user'> => ({ ...setting, setBy: 'user' })

const byInjectInit = <T>(setting: Omit<Setting<T>, 'setBy'>): Setting<T, 'inject-init'> => ({
  ...setting,
  setBy: 'inject-init',
})

/** @param byDefault in milliseconds. */
const duration = (env: string, byDefault: number, meaning: string) =>
  byUser<number>({
    env,
    default: byDefault,
    meaning,
    parse: (text) => {
      const value = parseDuration(text)
      return value === undefined
        ? invalid('must be a duration such as 300s, 5m or 500ms, at most 596h')
        : { value }
    },
    format: formatDuration,
  })

const podField = (env: string, meaning: string) =>
  byInjectInit<string>({ env, default: '', meaning, parse: (value) => ({ value }), format: asIs })

export const initVariables = {
  annotationsFile: path(
    'ANNOTATIONS_FILE',
    '/annotations/annotations',
    "the downward API file with the pod's annotations",
    'inject-init',
  ),
  secretsFile: path(
    'SECRETS_FILE',
    '/secret/secret',
    'the file that the secrets are written to, if any is declared; a folder with FORMAT=files',
    'inject-init or user',
  ),
  resourcesFile: path(
    'RESOURCES_FILE',
    '/secret/resource',
    'the file that the resources are written to, if any is declared; a folder with FORMAT=files',
    'inject-init or user',
  ),
  envFile: path(
    'ENV_FILE',
    '/env/env',
    'the file that the kubelet reads the environment variables from, if any is declared',
    'user',
  ),
  contract: byInjectInit<number>({
    env: 'CONTRACT',
    default: 1,
    meaning: `the version of the annotations that the declarations need; this init supports those up to ${currentContract}`,
    parse: parseContract,
    format: String,
  }),
  allowLocalMode: byInjectInit<boolean>({
    env: allowLocalMode,
    default: false,
    meaning: 'whether the annotation local-mode is allowed',
    parse: (text) =>
      text === 'true' || text === 'false' ? { value: text === 'true' } : invalid('must be true or false'),
    format: String,
  }),
  annotationDomain: byInjectInit<string>({
    env: 'ANNOTATION_DOMAIN',
    default: defaultAnnotationDomain,
    meaning: 'the domain of the annotations: secret.<domain>/<name>',
    parse: (text) => checked(text, validateAnnotationDomain(text)),
    format: asIs,
  }),
  format: byInjectInit<SecretsFormat>({
    env: 'FORMAT',
    default: defaultFormat,
    meaning: `the format of the files: ${secretsFormats.join(', ')}`,
    parse: parseFormat,
    format: asIs,
  }),
  /** Permission bits. */
  fileMode: byUser<number>({
    env: 'FILE_MODE',
    default: 0o444,
    meaning: 'the permission bits of the files, in octal from 0400 to 0777',
    parse: parseFileMode,
    format: formatFileMode,
  }),
  deadline: duration('DEADLINE', 300_000, 'the time limit for everything'),
  waitTimeout: duration('WAIT_TIMEOUT', 120_000, 'how long to wait for missing DYNAMIC parameters'),
  referenceWait: duration(
    'REFERENCE_WAIT',
    10_000,
    'how long to wait for other missing parameters, before an optional one counts as absent too',
  ),
  deniedWait: duration(
    'DENIED_WAIT',
    30_000,
    'how long to retry while access is denied or credentials are missing',
  ),
  requestTimeout: duration('REQUEST_TIMEOUT', 5000, 'the time limit for one call to the store'),
  store: byUser<StoreAddress>({
    env: 'KEES_STORE',
    default: { kind: 'ssm' },
    meaning: 'where the parameters are stored: ssm, or file:<folder> for the embedded store',
    parse: parseStoreAddress,
    format: (value) => (value.kind === 'ssm' ? 'ssm' : `file:${value.folder}`),
  }),
  listen: byUser<ListenAddress | 'off'>({
    env: 'LISTEN',
    // Loopback, and a port that hardly any app has: all containers of a pod share them.
    default: { host: '127.0.0.1', port: 9929 },
    meaning:
      'with --refresh: the address that serves /metrics and /healthz; :9929 for all addresses, off for none',
    parse: (text) => (text === 'off' ? { value: text } : parseListenAddress(text)),
    format: (value) => (value === 'off' ? value : formatListenAddress(value)),
  }),
  /** Empty: none. */
  notifyFile: path(
    'NOTIFY_FILE',
    '',
    'with --refresh: a file that is rewritten after values have changed, for the app to watch',
    'user',
  ),
  /** Empty: none. */
  notifyUrl: byUser<string>({
    env: 'NOTIFY_URL',
    default: '',
    meaning:
      'with --refresh: a URL that receives a POST after values have changed: http:// on loopback, or https://',
    parse: parseNotifyUrl,
    format: asIs,
    mayHoldSecret: true,
  }),
  logLevel: byUser<LogLevel>({ ...logLevelVariable, format: asIs }),
  podName: podField('POD_NAME', 'the name of the pod, for messages'),
  podNamespace: podField('POD_NAMESPACE', 'the namespace of the pod, for messages'),
}

export type InitEnv = SettingsOf<typeof initVariables>

function parseNotifyUrl(text: string): Parsed<string> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isAllowed = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (!url || !isAllowed) return invalid('must be an https:// URL, or an http:// URL on loopback')
  return url.username === '' && url.password === '' ? { value: text } : invalid('must not contain a password')
}

/** @param text the value of KEES_STORE. */
export function parseStoreAddress(text: string): Parsed<StoreAddress> {
  if (text === 'ssm') return { value: { kind: 'ssm' } }
  if (/^file:./s.test(text)) return { value: { kind: 'file', folder: text.slice('file:'.length) } }
  return invalid('is not a store: allowed are ssm and file:<folder>')
}

/** The variables, in a fixed order, of the settings that differ from the defaults. */
export function encodeInitEnv(settings: Partial<InitEnv>): readonly (readonly [env: string, text: string])[] {
  return encodeSettings<InitEnv>(initVariables, settings)
}

export function decodeInitEnv(env: Env): DecodedSettings<InitEnv> {
  return decodeSettings<InitEnv>(initVariables, env)
}
