import { isMap } from '../../../api/json.ts'
import { initVariables } from '../../../api/settings/init-env.ts'
import type { PodSettings } from '../../../api/pod/pod-settings.ts'
import { quote } from '../../../api/diagnostic.ts'
import { parseFormat } from '../../../api/secrets-format.ts'
import type { InjectionRecord } from '../../workload/injection-record.ts'
import type { Value } from '../../yaml/value.ts'
import type { Difference, Step } from './diff-values.ts'
import { textIn } from '../pod/effective-config.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import { injectedVariables } from '../options/init-settings.ts'

/** What an injection depends on. */
export type Expectation = {
  readonly settings: PodSettings
  readonly config: InjectConfig
  /** What injection would record. */
  readonly record: InjectionRecord
}

/** For people: `initContainers[init-container].env[FORMAT]`. */
export function namedPath(path: readonly Step[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step !== 'string') return `${text}[${step.item}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}

/**
 * `is "json", expected "yaml" (option format)`. Only values of fields that inject-init writes are quoted: never those of
 * other environment variables, nor anything that others added. They may be secrets.
 */
export function describeDifference(difference: Difference, expectation: Expectation): string {
  const source = sourceOf(difference, expectation)
  return messageOf(difference) + (source === undefined ? '' : ` (${source})`)
}

function messageOf({ path, found, expected }: Difference): string {
  const [list] = path
  if (isDelivered(found) || isDelivered(expected))
    return expected === undefined ? 'unexpected' : comparison(undefined, undefined, found === undefined)
  if (path.at(-2) === 'env') return variableMessage(textIn(found ?? expected, 'name'), found, expected)
  if (expected === undefined) {
    if (typeof path.at(-1) === 'string') return 'must not be set'
    return list === 'initContainers' && path.length === 2 ? 'unexpected sidecar' : 'unexpected'
  }
  return comparison(quoted(found), quoted(expected), found === undefined)
}

/** Of an environment variable that a declaration has: of a container of the app. */
export function isDelivered(variable: Value | undefined): boolean {
  const from = variable !== undefined && isMap(variable) ? variable['valueFrom'] : undefined
  return from !== undefined && isMap(from) && from['fileKeyRef'] !== undefined
}

function variableMessage(name: string, found: Value | undefined, expected: Value | undefined): string {
  const variable = injectedVariables.find(({ env, source }) => env === name && 'option' in source)
  const value = expected === undefined ? variable?.default : isMap(expected) ? expected['value'] : undefined
  // Any other value may be a secret.
  const format = name === initVariables.format.env ? parseFormat(textIn(found, 'value')).value : undefined
  return comparison(format && quote(format), variable && quoted(value), found === undefined)
}

function comparison(found: string | undefined, expected: string | undefined, isMissing: boolean): string {
  const is = isMissing ? 'missing' : found === undefined ? undefined : `is ${found}`
  if (expected === undefined) return is ?? 'differs from what inject-init would generate'
  return [is, `expected ${expected}`].filter((one) => one !== undefined).join(', ')
}

/** Undefined for what is not one short value. */
function quoted(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return quote(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** The option or the annotation that the expected value comes from. */
function sourceOf(difference: Difference, { settings, config, record }: Expectation): string | undefined {
  const { path, found, expected } = difference
  if (isDelivered(found) || isDelivered(expected)) return undefined
  const variable = injectedVariables.find(
    ({ env }) => path.at(-2) === 'env' && env === textIn(found ?? expected, 'name'),
  )
  const given = variable && 'option' in variable.source ? variable.source : undefined
  const option = given?.option ?? optionOf(difference, record, config)
  const setting = given ? given.annotation : option === 'containers' ? option : undefined
  if (setting !== undefined && Object.hasOwn(settings, setting))
    return `annotation init.${config.annotationDomain}/${setting}`
  return option !== undefined && config.explicit.has(option) ? config.nameOption(option) : undefined
}

/** The options by what their fields end in, without the names of list items. */
const optionsByField: readonly (readonly [field: RegExp, option: keyof InjectConfig])[] = [
  [/^initContainers\[\]$|\.args$/, 'refresh'],
  [/^containers\[\]\.volumeMounts\[\]$/, 'containers'],
  [/\.image$/, 'image'],
  [/\.imagePullPolicy$/, 'imagePullPolicy'],
  [/\]\.resources\b/, 'containerResources'],
  [/\]\.resources\b/, 'keepQosClass'],
  [/\]\.securityContext\b/, 'runAsUser'],
  [/\.env\[\]$/, 'env'],
  [/\.emptyDir\.medium$/, 'medium'],
  [/\.emptyDir\.sizeLimit$/, 'sizeLimit'],
]

function optionOf(
  { path, expected }: Difference,
  { container, volumes }: InjectionRecord,
  { explicit }: InjectConfig,
): keyof InjectConfig | undefined {
  const field = namedPath(path.map((step) => (typeof step === 'string' ? step : { item: '' })))
  const isName = field.endsWith('.name')
  if (isName && field === 'initContainers[].name')
    return expected === container ? 'containerName' : 'refreshContainerName'
  if (isName)
    return (['secretVolumeName', 'annotationsVolumeName', 'envVolumeName'] as const)[
      volumes.findIndex((one) => one === expected)
    ]
  const options = optionsByField.flatMap(([pattern, option]) => (pattern.test(field) ? [option] : []))
  return options.find((option) => explicit.has(option)) ?? options[0]
}
