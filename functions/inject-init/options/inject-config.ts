/** The options of inject-init, and the type of the configuration that they give. */
import type { Diagnostic } from '../../../api/diagnostic.ts'
import { isDnsLabel } from '../../../api/dns-label.ts'
import { parseRefresh } from '../../../api/settings/init-args.ts'
import { defaultFormat, secretsFormats } from '../../../api/secrets-format.ts'
import { dnsLabelSchema } from '../../krm/options/dns-label-schema.ts'
import {
  booleanOption,
  type ConfigOf,
  option,
  type OptionUse,
  parsedOption,
} from '../../krm/options/options.ts'
import { workloadOptions } from '../../workload/workload-options.ts'
import { envOption } from './env-option.ts'
import { validateBytes } from './quantity.ts'
import { resourcesOption } from './resources-option.ts'

const nameOption = (meaning: string, byDefault: string) =>
  option({ meaning, default: byDefault, schema: dnsLabelSchema })

const pathOption = (meaning: string, byDefault: string) =>
  option({
    meaning,
    default: byDefault,
    schema: {
      type: 'string',
      pattern: '^/[^:$]*[^:/$]$',
      patternErrorMessage: 'must be an absolute path without ":", "$" and a slash at the end',
    },
  })

export const injectOptions = {
  image: option({
    meaning: 'the image of the init container',
    default: 'bsycorp/kees/init:latest',
    schema: {
      type: 'string',
      pattern: '^\\S+$',
      patternErrorMessage: 'must be an image reference, without spaces',
    },
  }),
  /** Empty: the default of Kubernetes. */
  imagePullPolicy: option({
    meaning: 'when the kubelet pulls the image',
    default: '',
    defaultText: 'left to Kubernetes',
    schema: { enum: ['', 'Always', 'IfNotPresent', 'Never'] },
  }),
  containerName: nameOption('the name of the init container', 'init-container'),
  secretMountPath: pathOption('where the secret volume is mounted in the containers', '/secret'),
  secretVolumeName: nameOption('the name of the volume with the secrets', 'secret-volume'),
  annotationsMountPath: pathOption("where init finds the pod's annotations", '/annotations'),
  annotationsVolumeName: nameOption('the name of the downward API volume', 'annotations'),
  medium: option({
    meaning: 'the medium of the secret volume: the node\'s memory, or "" for its disk',
    default: 'Memory',
    schema: { enum: ['Memory', ''] },
  }),
  sizeLimit: option({
    meaning: 'the size limit of the secret volume',
    default: '16Mi',
    schema: { type: 'string', validate: validateBytes },
  }),
  containerResources: resourcesOption,
  keepQosClass: booleanOption(
    'keep the QoS class Guaranteed of pods: there, the requests of cpu and memory are the limits of containerResources',
  ),
  /** Absent: not set in the container. */
  runAsUser: parsedOption(
    {
      meaning: 'the user ID that init runs as; "" leaves it out, for OpenShift',
      takes: 'user ID or ""',
      default: 65532,
      schema: { anyOf: [{ type: 'integer', minimum: 1, maximum: 2 ** 31 - 1 }, { enum: [''] }] },
      fromText: (text) => (/^[0-9]+$/.test(text) ? Number(text) : text),
    },
    (value): { value: number | undefined } => ({ value: value === '' ? undefined : value }),
  ),
  env: envOption,
  envVolumeName: nameOption('the name of the volume with the file of environment variables', 'env-volume'),
  /** Empty: not known. Text, because the number 1.40 is 1.4. */
  minKubelet: option({
    meaning:
      'the oldest kubelet that may run the pods, in quotes, such as "1.35"; environment variables (attribute env) need 1.35 or later',
    default: '',
    defaultText: 'not known',
    schema: {
      type: 'string',
      pattern: '^(1\\.[0-9]{1,3})?$',
      patternErrorMessage: 'must be a version of Kubernetes such as "1.35"',
    },
  }),
  allowLocalMode: booleanOption(
    'allow the annotation init.<domain>/local-mode: values that everybody can compute, for clusters without AWS',
  ),
  /** The containers that get the mount; empty: all. */
  containers: parsedOption(
    {
      meaning: 'the containers that get the secrets mounted',
      takes: 'names, comma-separated or a list',
      default: [],
      defaultText: 'all',
      schema: {
        anyOf: [
          {
            type: 'string',
            validate: (text: string): readonly Diagnostic[] =>
              namesIn(text).every(isDnsLabel)
                ? []
                : [{ message: 'must be names of containers, separated by commas' }],
          },
          { type: 'array', items: dnsLabelSchema },
        ],
      },
    },
    (value): { value: readonly string[] } => ({ value: typeof value === 'string' ? namesIn(value) : value }),
  ),
  format: option({
    meaning: 'the format of the files',
    default: defaultFormat,
    schema: { enum: secretsFormats },
  }),
  /** In milliseconds; absent: no sidecar. */
  refresh: parsedOption(
    {
      meaning:
        'how often a native sidecar (Kubernetes 1.29) reads the store again to keep the files up to date, such as 5m; "" for none',
      takes: 'duration or ""',
      default: undefined,
      defaultText: 'none',
      schema: {
        type: 'string',
        validate: (text: string): readonly Diagnostic[] =>
          text === '' ? [] : (parseRefresh(text).diagnostics ?? []),
      },
    },
    (text): { value: number | undefined } => ({ value: parseRefresh(text).value }),
  ),
  refreshContainerName: nameOption('the name of that sidecar', 'refresh-container'),
  ...workloadOptions,
}

export type InjectConfig = ConfigOf<typeof injectOptions> & OptionUse

function namesIn(text: string): string[] {
  return text.split(',').map((one) => one.trim())
}
