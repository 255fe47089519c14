/** The settings of init that inject-init sets. One that only the user sets, by option env, has no entry here. */
import { type InitEnv, initVariables } from '../../../api/settings/init-env.ts'
import type { PodSettings } from '../../../api/pod/pod-settings.ts'
import type { SetByInjectInit, SettingTable } from '../../../api/settings/setting.ts'
import type { InjectConfig } from './inject-config.ts'

type FromOption<T> = {
  /** The option of inject-init that decides the value. */
  readonly option: keyof InjectConfig
  /** The annotation `init.<domain>/…` that takes precedence over the option. */
  readonly annotation?: string
  readonly value: (config: InjectConfig, pod: PodSettings) => T
}

type FromPod = { readonly fieldPath: string }

/** What the declarations of the pod need. */
type FromDeclarations<T> = { readonly needed: (contract: number) => T }

type Source<T> = FromOption<T> | FromPod | FromDeclarations<T>

type Sources<S> = { readonly [K in keyof S]: Source<S[K]> }

type InjectedEnv = Pick<InitEnv, SetByInjectInit<typeof initVariables>>

const sources: Sources<InjectedEnv> = {
  annotationsFile: {
    option: 'annotationsMountPath',
    value: ({ annotationsMountPath }) => `${annotationsMountPath}/annotations`,
  },
  secretsFile: { option: 'secretMountPath', value: ({ secretMountPath }) => `${secretMountPath}/secret` },
  resourcesFile: { option: 'secretMountPath', value: ({ secretMountPath }) => `${secretMountPath}/resource` },
  contract: { needed: (contract) => contract },
  allowLocalMode: {
    option: 'allowLocalMode',
    annotation: 'local-mode',
    value: ({ allowLocalMode }, pod) => allowLocalMode && pod['local-mode'] === true,
  },
  annotationDomain: { option: 'annotationDomain', value: ({ annotationDomain }) => annotationDomain },
  format: { option: 'format', annotation: 'format', value: ({ format }, pod) => pod.format ?? format },
  podName: { fieldPath: 'metadata.name' },
  podNamespace: { fieldPath: 'metadata.namespace' },
}

export type InjectedVariable = {
  readonly env: string
  /** Empty where there is none. */
  readonly default: string
  /** Whether option env may name another value. */
  readonly isOpen: boolean
  readonly source: Source<unknown>
}

export const injectedVariables: readonly InjectedVariable[] = listVariables<InjectedEnv>(
  initVariables,
  sources,
)

function listVariables<S>(table: SettingTable<S>, from: Sources<S>): InjectedVariable[] {
  const variables: InjectedVariable[] = []
  for (const key in from) {
    const { env, format, default: byDefault, setBy } = table[key]
    variables.push({ env, default: format(byDefault), isOpen: setBy !== 'inject-init', source: from[key] })
  }
  return variables
}

/** The values that the options and the pod's annotations decide. @param contract that the declarations need. */
export function initSettings(config: InjectConfig, pod: PodSettings = {}, contract = 1): Partial<InitEnv> {
  return decideValues<InjectedEnv>(sources, config, pod, contract)
}

function decideValues<S>(
  from: Sources<S>,
  config: InjectConfig,
  pod: PodSettings,
  contract: number,
): Partial<S> {
  const values: Partial<S> = {}
  for (const key in from) {
    const source = from[key]
    if ('value' in source) values[key] = source.value(config, pod)
    else if ('needed' in source) values[key] = source.needed(contract)
  }
  return values
}
