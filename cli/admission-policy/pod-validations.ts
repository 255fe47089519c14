/** What a pod template with declarations must be like, as CEL: of pods, and of the workloads that they come from. */
import { injectedAnnotation } from '../../api/declaration/annotation-domain.ts'
import { bounds } from '../../api/bounds.ts'
import { lineOf } from '../../api/diagnostic.ts'
import type { StoragePolicy } from '../../api/storage/storage-policy.ts'
import { envFileOf } from '../../functions/inject-init/injection/env-volume.ts'
import type { InjectConfig } from '../../functions/inject-init/options/inject-config.ts'
import { wrongAnnotations } from '../../functions/inject-init/verify/init-rules.ts'
import { runInjectInit } from '../../functions/workload/require-injected.ts'
import { allowLocalMode, hasIdentity, identityVariables } from '../../api/settings/local-mode-env.ts'
import {
  allowedPrefixes,
  allowsLocalMode,
  annotationsAt,
  celList,
  celString,
  isDynamicValue,
  keysOf,
  maxPerPod,
} from './cel.ts'
import { declarationVariables } from './declarations-cel.ts'
import { injectionVariables } from './injection-cel.ts'
import { problemVariables } from './injection-problems.ts'
import { type ContainerLists, showsAnnotations, wrongInContainer } from './init-cel.ts'

export type PodShape = {
  /** Of the init container; several while pods of the old and the new one run. */
  readonly images: readonly string[]
  /** The names of variables of init that are otherwise refused. */
  readonly allowEnv: readonly string[]
  /** Absent: the API server does not inject. */
  readonly injects?: InjectConfig
  readonly inject: Pick<
    InjectConfig,
    | 'annotationDomain'
    | 'annotationsMountPath'
    | 'annotationsVolumeName'
    | 'containerName'
    | 'env'
    | 'envVolumeName'
    | 'medium'
    | 'refreshContainerName'
    | 'secretMountPath'
    | 'secretVolumeName'
  >
}

type Target = {
  /** The path of the pod template in the object. */
  readonly templateOf: (object: string) => string
  /** Whether an update changes a field that is validated. */
  readonly changed: string
}

export type Named = { readonly name: string; readonly expression: string }
export type Validation = {
  readonly expression: string
  readonly message?: string
  readonly messageExpression?: string
}

export const declarationWords = ['secret', 'resource', 'compose', 'lease']

const spec = 'variables.template.spec'

/** They are evaluated where they are used: those of the old object not on creation. */
export function podVariables(
  policy: StoragePolicy,
  { inject, allowEnv, injects }: PodShape,
  { templateOf, changed }: Target,
): Named[] {
  const { annotationDomain: domain, containerName, refreshContainerName } = inject
  const variables = { volumeName: inject.envVolumeName, mountPath: envFileOf(inject).mountPath }
  const shape = { ...inject, variables }
  const prefix = celString(`init.${domain}/storage-prefix`)
  const { annotations, declared, counted, bytes, bounded, localMode } = declaredVariables(domain)
  const named: Readonly<Record<string, string>> = {
    template: templateOf('object'),
    oldTemplate: templateOf('oldObject'),
    annotations,
    oldAnnotations: annotationsAt('variables.oldTemplate'),
    declared,
    ours: keysOf('variables.annotations', [...declarationWords, 'init'], domain),
    oldOurs: keysOf('variables.oldAnnotations', [...declarationWords, 'init'], domain),
    isNew: `oldObject == null || (!has(request.subResource) || request.subResource == "") && ${changed}`,
    counted,
    bytes,
    bounded,
    // What is too large is refused for that alone: nothing else of it is read.
    judged: 'size(variables.declared) > 0 && variables.isNew && variables.bounded',
    dynamic: `variables.declared.filter(key, variables.annotations[key].${isDynamicValue})`,
    localMode,
    allowsLocalMode: allowsLocalMode(policy),
    prefix: `${prefix} in variables.annotations ? variables.annotations[${prefix}] : "/"`,
    allowedPrefixes: allowedPrefixes(policy),
    maxPerPod: maxPerPod(policy),
    ...listsOf('init', containerName),
    ...listsOf('refresher', refreshContainerName),
    wrong: (['init', 'refresher'] as const)
      .map((kind) => {
        const name = kind === 'init' ? containerName : refreshContainerName
        return wrongInContainer(listNames(kind), name, kind, shape, allowEnv)
      })
      .join(' +\n'),
    ...(injects ? injectingVariables(injects) : {}),
  }
  return namedVariables(named)
}

/** What the annotations of `variables.template` declare, and whether it is as little as kees reads. */
export function declaredVariables(domain: string) {
  const value = 'variables.annotations[key]'
  return {
    annotations: annotationsAt('variables.template'),
    declared: keysOf('variables.annotations', declarationWords, domain),
    counted: `variables.annotations.filter(key, key.contains(${celString(`.${domain}/`)}) && key != ${celString(injectedAnnotation)})`,
    bytes: `variables.counted.map(key, size(bytes(key)) + size(bytes(${value}))).sum()`,
    bounded:
      `size(variables.declared) <= ${bounds.declarations} && variables.bytes <= ${bounds.podBytes} && ` +
      `variables.declared.all(key, size(bytes(${value})) <= ${bounds.annotationBytes})`,
    localMode: `variables.annotations.exists(key, key == ${celString(`init.${domain}/local-mode`)} && ${value} == "true")`,
  }
}

/** What the API server would add to `variables.template`, and why it would not. */
export function injectingVariables(config: InjectConfig): Record<string, string> {
  return {
    ...declarationVariables(config.annotationDomain),
    ...injectionVariables(config),
    ...problemVariables(config),
  }
}

export function namedVariables(variables: Readonly<Record<string, string>>): Named[] {
  return Object.entries(variables).map(([name, expression]) => ({ name, expression }))
}

/** Variables that hold the container and its lists. */
function listsOf(variable: string, container: string): Record<string, string> {
  const { container: list } = listNames(variable)
  const first = (field: string) => `${list}.exists(one, has(one.${field})) ? ${list}[0].${field} : []`
  return {
    [variable]: `has(${spec}.initContainers) ? ${spec}.initContainers.filter(one, one.name == ${celString(container)}) : []`,
    [`${variable}Env`]: first('env'),
    [`${variable}Mounts`]: first('volumeMounts'),
  }
}

function listNames(variable: string): ContainerLists {
  const name = `variables.${variable}`
  return { container: name, env: `${name}Env`, mounts: `${name}Mounts` }
}

export function podValidations(shape: PodShape): Validation[] {
  return [
    ...sizes(),
    ...whole(shape),
    injected(shape),
    nothingWrong,
    ...volumes(shape),
    ...localModes,
    ...storage,
  ]
}

/** Of a pod template whose pods the API server may inject. */
export function templateValidations(shape: PodShape): Validation[] {
  const ofInjected = [injected(shape), nothingWrong, ...volumes(shape)].map(({ expression, ...rest }) => ({
    expression: `size(variables.init) == 0 || ${expression}`,
    ...rest,
  }))
  return shape.injects
    ? [...sizes(), ...whole(shape), ...ofInjected, ...localModes, ...storage]
    : podValidations(shape)
}

/** What the API server does not inject says why. */
function whole({ injects }: PodShape): Validation[] {
  if (!injects) return []
  return [
    {
      expression: '!variables.judged || size(variables.init) > 0 || size(variables.problems) == 0',
      messageExpression:
        '"secrets are declared, but the API server does not inject the pod: " + variables.problems.join(", ")',
      message: 'secrets are declared, but the API server does not inject the pod',
    },
  ]
}

/** As in api/bounds.ts, of which CEL can count these. */
function sizes(): Validation[] {
  return [
    {
      expression: `size(variables.declared) == 0 || !variables.isNew || variables.bytes <= ${bounds.podBytes}`,
      message: `the annotations of kees on this pod have more than ${bounds.podBytes} bytes in total`,
    },
    {
      expression: `!variables.isNew || size(variables.declared) <= ${bounds.declarations}`,
      message: `more than ${bounds.declarations} declarations on one pod`,
    },
    {
      expression:
        'size(variables.declared) == 0 || !variables.isNew || ' +
        `variables.declared.all(key, size(bytes(variables.annotations[key])) <= ${bounds.annotationBytes})`,
      message: `the value of a declaration has more than ${bounds.annotationBytes} bytes`,
    },
  ]
}

function injected({ images, inject }: PodShape): Validation {
  const { containerName, secretMountPath, secretVolumeName, annotationsMountPath, annotationsVolumeName } =
    inject
  const mounted = (name: string, path: string, more: string) =>
    `variables.initMounts.exists(one, one.name == ${celString(name)} && one.mountPath == ${celString(path)} && ` +
    `!has(one.subPath) && !has(one.subPathExpr)${more})`
  const tests = [
    `variables.init.exists(one, one.image in ${celList(images)})`,
    mounted(secretVolumeName, secretMountPath, ' && !(has(one.readOnly) && one.readOnly)'),
    mounted(annotationsVolumeName, annotationsMountPath, ''),
    // Whoever names it so has it run as the same image.
    `variables.refresher.all(one, one.image in ${celList(images)})`,
  ]
  return {
    expression: `!variables.judged ||\n${tests.join(' &&\n')}`,
    message: lineOf({
      message: `secrets are declared, but no init container ${containerName} with the image ${images.join(' or ')} writes them`,
      hint: runInjectInit,
    }),
  }
}

const nothingWrong: Validation = {
  expression: '!variables.judged || size(variables.wrong) == 0',
  messageExpression: '"init works differently in this pod: " + variables.wrong.join(", ")',
  message: 'init works differently in this pod',
}

function volumes({ inject }: PodShape): Validation[] {
  const { annotationsVolumeName, envVolumeName, secretVolumeName, medium } = inject
  const volume = (name: string, test: string) =>
    '!variables.judged ||\n' +
    `has(${spec}.volumes) && ${spec}.volumes.exists(volume, volume.name == ${celString(name)} && ${test})`
  const inMemory = ' && has(volume.emptyDir.medium) && volume.emptyDir.medium == "Memory"'
  return [
    {
      expression: volume(secretVolumeName, `has(volume.emptyDir)${medium === 'Memory' ? inMemory : ''}`),
      message:
        medium === 'Memory'
          ? `secrets are declared, but the volume ${secretVolumeName} does not hold them in memory`
          : `secrets are declared, but the volume ${secretVolumeName} is not an emptyDir`,
    },
    {
      // A pod without variables may have another volume of that name.
      expression:
        `!variables.judged || !variables.initMounts.exists(one, one.name == ${celString(envVolumeName)}) ||\n` +
        `has(${spec}.volumes) && ${spec}.volumes.exists(volume, volume.name == ${celString(envVolumeName)} && has(volume.emptyDir)${medium === 'Memory' ? inMemory : ''})`,
      message: `init mounts the volume ${envVolumeName}, which is not an emptyDir${medium === 'Memory' ? ' in memory' : ''}`,
    },
    {
      expression: volume(annotationsVolumeName, showsAnnotations('volume')),
      message: `the volume ${annotationsVolumeName} ${wrongAnnotations}`,
    },
  ]
}

const ofInit = (name: string, set: string) =>
  `(variables.initEnv + variables.refresherEnv).exists(one, ${name} && (has(one.valueFrom) || has(one.value) && ${set}))`

/** In local mode nothing is created. */
const localModes: readonly Validation[] = [
  {
    expression: '!variables.judged || !variables.localMode || variables.allowsLocalMode',
    messageExpression: `'the StoragePolicy does not allow local mode in the namespace ' + request.namespace`,
    message: 'the StoragePolicy does not allow local mode in this namespace',
  },
  {
    expression:
      '!variables.judged || !variables.localMode ||\n!' +
      ofInit(`one.name.matches(${celString(identityVariables)})`, 'one.value != ""'),
    message: `a variable of init ${hasIdentity}`,
  },
  {
    expression:
      '!variables.judged || variables.localMode ||\n!' +
      ofInit(`one.name == ${celString(allowLocalMode)}`, 'one.value == "true"'),
    message: `${allowLocalMode} must not be set in a pod that is not in local mode`,
  },
]

const storage: readonly Validation[] = [
  {
    expression:
      '!variables.judged || variables.localMode || size(variables.dynamic) == 0 ||\n' +
      'variables.allowedPrefixes.exists(allowed,\n' +
      `  ((variables.prefix.startsWith('/') ? '' : '/') + variables.prefix + '/').startsWith(allowed + '/'))`,
    messageExpression:
      `'the storage-prefix of pods with DYNAMIC secrets in ' + request.namespace + ' must be below ' +\n` +
      `(size(variables.allowedPrefixes) == 0 ? 'no prefix at all' : variables.allowedPrefixes.join(', '))`,
    message: 'the storage-prefix is not one that the StoragePolicy allows in this namespace',
  },
  {
    expression: '!variables.judged || variables.localMode || size(variables.dynamic) <= variables.maxPerPod',
    messageExpression:
      `'the pod has ' + string(size(variables.dynamic)) + ' DYNAMIC declarations, but the StoragePolicy allows ' + ` +
      'string(variables.maxPerPod)',
    message: 'the pod has more DYNAMIC declarations than the StoragePolicy allows in this namespace',
  },
]
