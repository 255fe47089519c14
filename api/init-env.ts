/**
 * What inject-init tells init through the container's environment: encode and decode side by side. What equals the
 * default is left out of the environment, so the defaults are part of the contract and never change.
 */
import type { Env } from './env.ts'
import { annotationDomainProblem, defaultAnnotationDomain } from './annotation-domain.ts'
import type { Parsed } from './parsed.ts'
import { formatDuration, parseDuration } from './duration.ts'
import { formatListenAddress, type ListenAddress, parseListenAddress } from './listen-address.ts'
import { isLoopback } from './loopback.ts'
import { quote } from './diagnostic.ts'
import { defaultFormat, parseFormat, type SecretsFormat, secretsFormats } from './secrets-format.ts'
import type { EnvProblem } from './store-env.ts'

export type InitEnv = {
  readonly annotationsFile: string
  readonly secretsFile: string
  readonly resourcesFile: string
  readonly annotationDomain: string
  readonly format: SecretsFormat
  /** Permission bits. */
  readonly fileMode: number
  /** These five in milliseconds. */
  readonly deadline: number
  readonly waitTimeout: number
  readonly referenceWait: number
  readonly deniedWait: number
  readonly requestTimeout: number
  readonly store: StoreAddress
  /** These three of who refreshes alone. */
  readonly listen: ListenAddress | 'off'
  /** Empty: none. */
  readonly notifyFile: string
  /** Empty: none. */
  readonly notifyUrl: string
}

export type StoreAddress = { readonly kind: 'ssm' } | { readonly kind: 'file'; readonly folder: string }

type Variable<T> = {
  readonly env: string
  readonly default: T
  readonly meaning: string
  /** The problem is the end of a sentence that begins with the variable's name. */
  readonly parse: (text: string) => Parsed<T>
  readonly format: (value: T) => string
  /** What people may write into it may be a password: messages do not quote it. */
  readonly mayHoldSecret?: true
}

type Variables = { readonly [K in keyof InitEnv]: Variable<InitEnv[K]> }

const path = (env: string, byDefault: string, meaning: string): Variable<string> => ({
  env,
  default: byDefault,
  meaning,
  parse: (text) => (text.startsWith('/') ? { value: text } : { problem: 'is not an absolute path' }),
  format: (value) => value,
})

const duration = (env: string, byDefault: string, meaning: string): Variable<number> => ({
  env,
  default: parseDuration(byDefault) ?? 0,
  meaning,
  parse: (text) => {
    const value = parseDuration(text)
    return value === undefined
      ? { problem: 'is not a duration such as 300s, 5m or 500ms, up to 596h' }
      : { value }
  },
  format: formatDuration,
})

export const initVariables: Variables = {
  annotationsFile: path(
    'ANNOTATIONS_FILE',
    '/annotations/annotations',
    "the downward API's file of the pod's annotations",
  ),
  secretsFile: path(
    'SECRETS_FILE',
    '/secret/secret',
    'where the secrets are written, when any is declared; a folder with FORMAT files',
  ),
  resourcesFile: path(
    'RESOURCES_FILE',
    '/secret/resource',
    'where the resources are written, when any is declared; a folder with FORMAT files',
  ),
  annotationDomain: {
    env: 'ANNOTATION_DOMAIN',
    default: defaultAnnotationDomain,
    meaning: 'the domain of the annotations: secret.<domain>/<name>',
    parse: (text) => {
      const problem = annotationDomainProblem(text)
      return problem === undefined ? { value: text } : { problem }
    },
    format: (value) => value,
  },
  format: {
    env: 'FORMAT',
    default: defaultFormat,
    meaning: `how the values are written: ${secretsFormats.join(', ')}`,
    parse: (text) => {
      const parsed = parseFormat(text)
      return parsed.problem === undefined ? { value: parsed.format } : { problem: parsed.problem }
    },
    format: (value) => value,
  },
  fileMode: {
    env: 'FILE_MODE',
    default: 0o444,
    meaning: 'the permission bits of the files, octal',
    parse: (text) =>
      /^0?[0-7]{3}$/.test(text)
        ? { value: parseInt(text, 8) }
        : { problem: 'is not three octal digits such as 0444' },
    format: (value) => value.toString(8).padStart(4, '0'),
  },
  deadline: duration('DEADLINE', '300s', 'the time for everything'),
  waitTimeout: duration(
    'WAIT_TIMEOUT',
    '120s',
    'how long DYNAMIC parameters that are missing are waited for',
  ),
  referenceWait: duration(
    'REFERENCE_WAIT',
    '10s',
    'how long other parameters that are missing are waited for',
  ),
  deniedWait: duration(
    'DENIED_WAIT',
    '30s',
    'how long to retry when access is denied or credentials are absent',
  ),
  requestTimeout: duration('REQUEST_TIMEOUT', '5s', 'the time for one call to the store'),
  store: {
    env: 'KEES_STORE',
    default: { kind: 'ssm' },
    meaning: 'where the parameters are: ssm, or file:<folder> for the embedded store',
    parse: parseStoreAddress,
    format: (value) => (value.kind === 'ssm' ? 'ssm' : `file:${value.folder}`),
  },
  listen: {
    env: 'LISTEN',
    // Loopback, and a port that hardly any app has: all containers of a pod share them.
    default: { host: '127.0.0.1', port: 9929 },
    meaning: 'with --refresh: where /metrics and /healthz are served; :9929 for every address, off for none',
    parse: (text) => (text === 'off' ? { value: text } : parseListenAddress(text)),
    format: (value) => (value === 'off' ? value : formatListenAddress(value)),
  },
  notifyFile: path(
    'NOTIFY_FILE',
    '',
    'with --refresh: a file that is written anew after other values were written, for the app to watch',
  ),
  notifyUrl: {
    env: 'NOTIFY_URL',
    default: '',
    meaning:
      'with --refresh: an address in the pod, or of https://, that is called (POST) after other values were written',
    parse: parseNotifyUrl,
    format: (value) => value,
    mayHoldSecret: true,
  },
}

function parseNotifyUrl(text: string): Parsed<string> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isAllowed = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (!url || !isAllowed)
    return { problem: 'is neither an http:// address of loopback nor an https:// address' }
  return url.username === '' && url.password === ''
    ? { value: text }
    : { problem: 'must not hold a password' }
}

/** @param text the value of KEES_STORE. */
export function parseStoreAddress(text: string): Parsed<StoreAddress> {
  if (text === 'ssm') return { value: { kind: 'ssm' } }
  if (/^file:./s.test(text)) return { value: { kind: 'file', folder: text.slice('file:'.length) } }
  return { problem: 'is not a store: allowed are ssm and file:<folder>' }
}

/** The variables, in a fixed order, of the settings that differ from the defaults. */
export function encodeInitEnv(settings: Partial<InitEnv>): readonly (readonly [env: string, text: string])[] {
  return [
    ...encode(initVariables.annotationsFile, settings.annotationsFile),
    ...encode(initVariables.secretsFile, settings.secretsFile),
    ...encode(initVariables.resourcesFile, settings.resourcesFile),
    ...encode(initVariables.annotationDomain, settings.annotationDomain),
    ...encode(initVariables.format, settings.format),
    ...encode(initVariables.fileMode, settings.fileMode),
    ...encode(initVariables.deadline, settings.deadline),
    ...encode(initVariables.waitTimeout, settings.waitTimeout),
    ...encode(initVariables.referenceWait, settings.referenceWait),
    ...encode(initVariables.deniedWait, settings.deniedWait),
    ...encode(initVariables.requestTimeout, settings.requestTimeout),
    ...encode(initVariables.store, settings.store),
    ...encode(initVariables.listen, settings.listen),
    ...encode(initVariables.notifyFile, settings.notifyFile),
    ...encode(initVariables.notifyUrl, settings.notifyUrl),
  ]
}

function encode<T>(variable: Variable<T>, value: T | undefined): [string, string][] {
  if (value === undefined) return []
  const text = variable.format(value)
  return text === variable.format(variable.default) ? [] : [[variable.env, text]]
}

export type DecodedInitEnv =
  { readonly settings: InitEnv; readonly problems?: never } | { readonly problems: readonly EnvProblem[] }

/** A variable that is absent or empty has its default. All that is wrong is reported at once. */
export function decodeInitEnv(env: Env): DecodedInitEnv {
  const problems: EnvProblem[] = []
  const decode = <T>(variable: Variable<T>): T => {
    const text = env[variable.env]
    if (text === undefined || text === '') return variable.default
    const parsed = variable.parse(text)
    if (parsed.problem === undefined) return parsed.value
    const shown = variable.mayHoldSecret ? '' : `${quote(text)} `
    problems.push({ env: variable.env, problem: shown + parsed.problem })
    return variable.default
  }
  const settings: InitEnv = {
    annotationsFile: decode(initVariables.annotationsFile),
    secretsFile: decode(initVariables.secretsFile),
    resourcesFile: decode(initVariables.resourcesFile),
    annotationDomain: decode(initVariables.annotationDomain),
    format: decode(initVariables.format),
    fileMode: decode(initVariables.fileMode),
    deadline: decode(initVariables.deadline),
    waitTimeout: decode(initVariables.waitTimeout),
    referenceWait: decode(initVariables.referenceWait),
    deniedWait: decode(initVariables.deniedWait),
    requestTimeout: decode(initVariables.requestTimeout),
    store: decode(initVariables.store),
    listen: decode(initVariables.listen),
    notifyFile: decode(initVariables.notifyFile),
    notifyUrl: decode(initVariables.notifyUrl),
  }
  return problems.length > 0 ? { problems } : { settings }
}
