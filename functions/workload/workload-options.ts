/** The options that every function has: how workloads are found, read and judged. */
import { defaultAnnotationDomain, validateAnnotationDomain } from '../../api/declaration/annotation-domain.ts'
import { about, type Diagnostic } from '../../api/diagnostic.ts'
import { dnsLabelPattern } from '../../api/dns-label.ts'
import type { Parsed } from '../../api/parsed.ts'
import { parseStoragePolicy, type StoragePolicy } from '../../api/storage/storage-policy.ts'
import {
  booleanOption,
  type ConfigOf,
  type GivenOptions,
  option,
  type OptionUse,
  type ParsedConfig,
  parsedOption,
  parseOptions,
} from '../krm/options/options.ts'
import type { PodTemplateKind } from './pod-template-kinds.ts'

function validateDomain(text: string): readonly Diagnostic[] {
  const wrong = validateAnnotationDomain(text)
  return wrong === undefined ? [] : [wrong]
}

const step = '[A-Za-z][A-Za-z0-9]*(\\[\\*\\])?'

export const workloadOptions = {
  annotationDomain: option({
    meaning: 'the domain of the annotations: secret.<domain>/<name>',
    default: defaultAnnotationDomain,
    schema: { type: 'string', validate: validateDomain },
  }),
  /** Empty: unknown. */
  namespace: option({
    meaning: 'the namespace of objects without one, for the StoragePolicy',
    default: '',
    defaultText: 'unknown',
    schema: {
      type: 'string',
      pattern: `^(${dnsLabelPattern})?$`,
      patternErrorMessage: 'is not the name of a namespace',
    },
  }),
  podTemplates: parsedOption(
    {
      meaning:
        'more kinds of workloads: a list of apiVersion, kind and path, such as spec.template or spec.jobs[*].template',
      default: [],
      defaultText: 'none',
      schema: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            apiVersion: { type: 'string' },
            kind: { type: 'string' },
            path: {
              type: 'string',
              pattern: `^${step}(\\.${step})*$`,
              patternErrorMessage: 'must be a path such as spec.template or spec.jobs[*].template',
            },
          },
          required: ['apiVersion', 'kind', 'path'],
          additionalProperties: false,
        },
      },
    },
    (kinds): Parsed<readonly PodTemplateKind[]> => ({
      value: kinds.map((kind) => ({ ...kind, path: stepsOf(kind.path) })),
    }),
  ),
  /** Absent: nothing is judged. */
  storagePolicy: parsedOption(
    {
      meaning: 'the StoragePolicy that DYNAMIC declarations are checked against: the whole object',
      default: undefined,
      defaultText: 'none',
      schema: { type: 'object' },
    },
    (value): Parsed<StoragePolicy> => {
      const parsed = parseStoragePolicy(value)
      return parsed.diagnostics
        ? { diagnostics: about('is not a StoragePolicy:', parsed.diagnostics) }
        : parsed
    },
  ),
  strict: booleanOption('treat warnings as errors'),
}

export type WorkloadConfig = ConfigOf<typeof workloadOptions> & Pick<OptionUse, 'nameOption'>

/** For commands that have no other options. */
export function parseWorkloadConfig(options: GivenOptions): ParsedConfig<WorkloadConfig> {
  return parseOptions<ConfigOf<typeof workloadOptions>>(workloadOptions, options)
}

function stepsOf(path: string): string[] {
  return path.split('.').flatMap((one) => (one.endsWith('[*]') ? [one.slice(0, -3), '*'] : [one]))
}
