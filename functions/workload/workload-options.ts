/** The options that every function has: how workloads are found, read and judged. */
import { isMap } from '../../api/json.ts'
import { validateAnnotationDomain, defaultAnnotationDomain } from '../../api/annotation-domain.ts'
import { about, type Diagnostic } from '../../api/diagnostic.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'
import { isDnsLabel } from '../../api/dns-label.ts'
import { parseStoragePolicy, type StoragePolicy } from '../../api/storage-policy.ts'
import {
  booleanOption,
  type GivenOptions,
  type OptionNaming,
  type OptionReader,
  readOptions,
  textOption,
  yamlOption,
} from '../krm/options.ts'
import type { PodTemplateKind } from './pod-template.ts'
import type { Value } from '../yaml/value.ts'

export type WorkloadConfig = {
  readonly annotationDomain: string
  /** Of objects that name none; empty: not known. */
  readonly namespace: string
  readonly podTemplates: readonly PodTemplateKind[]
  /** Absent: nothing is judged. */
  readonly storagePolicy: StoragePolicy | undefined
  readonly strict: boolean
  /** For messages about options, those that were not given too. */
  readonly nameOption: OptionNaming
}

export const workloadOptions = {
  annotationDomain: textOption(
    'the domain of the annotations: secret.<domain>/<name>',
    defaultAnnotationDomain,
    validateAnnotationDomain,
  ),
  namespace: {
    ...textOption('the namespace of objects that name none, for the StoragePolicy', '', (text) =>
      text === '' || isDnsLabel(text) ? undefined : { message: 'is not a valid name of a namespace' },
    ),
    defaultText: 'not known',
  },
  podTemplates: yamlOption<readonly PodTemplateKind[]>(
    'more kinds of workloads: a list of apiVersion, kind and path, such as spec.template or spec.jobs[*].template',
    [],
    'none',
    {
      type: 'array',
      items: {
        type: 'object',
        properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, path: { type: 'string' } },
        required: ['apiVersion', 'kind', 'path'],
        additionalProperties: false,
      },
    },
    parsePodTemplates,
  ),
  storagePolicy: yamlOption<StoragePolicy | undefined>(
    'the StoragePolicy that DYNAMIC declarations are judged by: the whole object',
    undefined,
    'none',
    { type: 'object' },
    (value) => {
      const parsed = parseStoragePolicy(value)
      return parsed.diagnostics
        ? { diagnostics: about('is not a StoragePolicy:', parsed.diagnostics) }
        : parsed
    },
  ),
  strict: booleanOption('warnings are errors'),
}

export function takeWorkloadConfig({
  take,
  nameOption,
}: Pick<OptionReader, 'take' | 'nameOption'>): WorkloadConfig {
  return {
    annotationDomain: take('annotationDomain', workloadOptions.annotationDomain),
    namespace: take('namespace', workloadOptions.namespace),
    podTemplates: take('podTemplates', workloadOptions.podTemplates),
    storagePolicy: take('storagePolicy', workloadOptions.storagePolicy),
    strict: take('strict', workloadOptions.strict),
    nameOption,
  }
}

/** For what has no other options. */
export function parseWorkloadConfig(options: GivenOptions): {
  readonly config: WorkloadConfig
  readonly diagnostics: readonly Diagnostic[]
} {
  const reader = readOptions(options, Object.keys(workloadOptions))
  return { config: takeWorkloadConfig(reader), diagnostics: reader.diagnostics }
}

const step = /^[A-Za-z][A-Za-z0-9]*(\[\*\])?$/

function parsePodTemplates(value: Value): Parsed<readonly PodTemplateKind[]> {
  const malformed = invalid('is not a list of maps with apiVersion, kind and path')
  if (!Array.isArray(value)) return malformed
  const kinds: PodTemplateKind[] = []
  for (const one of value) {
    if (!isMap(one) || Object.keys(one).some((key) => !['apiVersion', 'kind', 'path'].includes(key))) {
      return malformed
    }
    const { apiVersion, kind, path } = one
    if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof path !== 'string')
      return malformed
    const steps = path.split('.')
    if (!steps.every((text) => step.test(text))) {
      return invalid('has a path that is not one such as spec.template or spec.jobs[*].template')
    }
    kinds.push({
      apiVersion,
      kind,
      path: steps.flatMap((text) => (text.endsWith('[*]') ? [text.slice(0, -3), '*'] : [text])),
    })
  }
  return { value: kinds }
}
