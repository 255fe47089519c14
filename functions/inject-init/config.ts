import { about, type Diagnostic } from '../../api/diagnostic.ts'
import { isDnsLabel } from '../../api/dns-label.ts'
import { invalid } from '../../api/parsed.ts'
import { parseRefresh } from '../../api/init-args.ts'
import { defaultFormat, parseFormat, type SecretsFormat, secretsFormats } from '../../api/secrets-format.ts'
import {
  choiceOption,
  type GivenOptions,
  type Option,
  type OptionDescription,
  readOptions,
  shownText,
  textOption,
} from '../krm/options.ts'
import type { Value } from '../yaml/value.ts'
import { validateBytes } from './quantity.ts'
import { resourcesOption } from './resources-option.ts'
import { validateConfig } from './validate-config.ts'
import { envOption } from './env-option.ts'
import { takeWorkloadConfig, workloadOptions } from '../workload/workload-options.ts'
import type { InjectConfig } from './inject-config.ts'

const validateLabel = (text: string) =>
  isDnsLabel(text)
    ? undefined
    : { message: 'is not a valid name: lower-case letters, digits and "-", at most 63' }
const validatePath = (text: string) =>
  /^\/[^:$]*[^:/$]$/.test(text)
    ? undefined
    : { message: 'is not an absolute path without ":", "$" and a slash at the end' }
export const injectOptions = {
  image: textOption('the image of the init container', 'bsycorp/kees/init:latest', (text) =>
    text === '' || /\s/.test(text) ? { message: 'is not an image reference' } : undefined,
  ),
  imagePullPolicy: choiceOption(
    'when the image is pulled',
    ['', 'Always', 'IfNotPresent', 'Never'],
    '',
    'left to Kubernetes',
  ),
  containerName: textOption('the name of the init container', 'init-container', validateLabel),
  secretMountPath: textOption('where the containers find the secrets', '/secret', validatePath),
  secretVolumeName: textOption('the name of the volume that holds them', 'secret-volume', validateLabel),
  annotationsMountPath: textOption("where init finds the pod's annotations", '/annotations', validatePath),
  annotationsVolumeName: textOption('the name of the downward API volume', 'annotations', validateLabel),
  medium: choiceOption(
    'where the secrets are held: the node\'s memory, or "" for its disk',
    ['Memory', ''],
    'Memory',
  ),
  sizeLimit: textOption('the size limit of the secret volume', '16Mi', validateBytes),
  containerResources: resourcesOption,
  runAsUser: {
    takes: 'a user id or ""',
    default: 65532,
    schema: { anyOf: [{ type: 'integer', minimum: 1, maximum: 2147483647 }, { const: '' }] },
    meaning: 'the user that init runs as; "" leaves it out, for OpenShift',
    parse: (value) => {
      if (value === '') return { value: undefined }
      const id = typeof value === 'string' && /^[0-9]+$/.test(value) ? Number(value) : value
      if (typeof id === 'number' && Number.isInteger(id) && id > 0 && id < 2 ** 31) return { value: id }
      return { diagnostics: about(shownText(value), [{ message: 'is neither a user id from 1 nor ""' }]) }
    },
  } satisfies Option<number | undefined> as Option<number | undefined>,
  env: envOption,
  containers: {
    takes: 'names, comma-separated or a list',
    default: [],
    defaultText: 'all',
    schema: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
    meaning: 'the containers that get the secrets mounted',
    parse: (value) => {
      const names = typeof value === 'string' ? value.split(',').map((one) => one.trim()) : value
      if (
        names === null ||
        typeof names !== 'object' ||
        !Array.isArray(names) ||
        !names.every(isContainerName)
      ) {
        return invalid('is not a list of container names')
      }
      return { value: names.map(String) }
    },
  } satisfies Option<readonly string[]> as Option<readonly string[]>,
  format: {
    takes: secretsFormats.join(' or '),
    default: defaultFormat,
    schema: { enum: secretsFormats },
    meaning: 'how init writes the values',
    parse: (value) => {
      const parsed = parseFormat(typeof value === 'string' ? value : '')
      return parsed.diagnostics ? { diagnostics: about(shownText(value), parsed.diagnostics) } : parsed
    },
  } satisfies Option<SecretsFormat> as Option<SecretsFormat>,
  refresh: {
    takes: 'a duration or ""',
    default: undefined,
    defaultText: 'not kept current',
    schema: { type: 'string' },
    meaning:
      'how often a native sidecar (Kubernetes 1.29) asks the store again to keep the files current, such as 5m; "" for none',
    parse: (value) => {
      if (value === '') return { value: undefined }
      const { value: every, diagnostics } = parseRefresh(typeof value === 'string' ? value : '')
      return diagnostics === undefined
        ? { value: every }
        : { diagnostics: about(shownText(value), diagnostics) }
    },
  } satisfies Option<number | undefined> as Option<number | undefined>,
  refreshContainerName: textOption('the name of that sidecar', 'refresh-container', validateLabel),
  ...workloadOptions,
}

injectOptions satisfies Readonly<Record<string, OptionDescription>>

export type ParsedConfig<C> = { readonly config: C; readonly diagnostics: readonly Diagnostic[] }

export function parseInjectConfig(options: GivenOptions): ParsedConfig<InjectConfig> {
  const reader = readOptions(options, Object.keys(injectOptions))
  const { take, explicit, diagnostics } = reader
  const config: InjectConfig = {
    image: take('image', injectOptions.image),
    imagePullPolicy: take('imagePullPolicy', injectOptions.imagePullPolicy),
    containerName: take('containerName', injectOptions.containerName),
    secretMountPath: take('secretMountPath', injectOptions.secretMountPath),
    secretVolumeName: take('secretVolumeName', injectOptions.secretVolumeName),
    annotationsMountPath: take('annotationsMountPath', injectOptions.annotationsMountPath),
    annotationsVolumeName: take('annotationsVolumeName', injectOptions.annotationsVolumeName),
    medium: take('medium', injectOptions.medium),
    sizeLimit: take('sizeLimit', injectOptions.sizeLimit),
    containerResources: take('containerResources', injectOptions.containerResources),
    runAsUser: take('runAsUser', injectOptions.runAsUser),
    env: take('env', injectOptions.env),
    containers: take('containers', injectOptions.containers),
    format: take('format', injectOptions.format),
    refresh: take('refresh', injectOptions.refresh),
    refreshContainerName: take('refreshContainerName', injectOptions.refreshContainerName),
    ...takeWorkloadConfig(reader),
    explicit,
  }
  return { config, diagnostics: [...diagnostics, ...validateConfig(config)] }
}

/** The format that was asked for; without it, that of an earlier injection counts. */
export function explicitFormat({ explicit, format }: InjectConfig): SecretsFormat | undefined {
  return explicit.has('format') ? format : undefined
}

function isContainerName(value: Value): boolean {
  return typeof value === 'string' && isDnsLabel(value)
}
