import { isDeepStrictEqual } from 'node:util'
import { isMap } from '../../../api/json.ts'
import { longestDuration } from '../../../api/duration.ts'
import { initVariables } from '../../../api/settings/init-env.ts'
import { parseInitArgs } from '../../../api/settings/init-args.ts'
import { pathsOverlap } from '../../../api/paths-overlap.ts'
import { parseFormat } from '../../../api/secrets-format.ts'
import { plainVariable } from '../../workload/container-parts.ts'
import type { Value, ValueMap } from '../../yaml/value.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import type { EnvVariable } from '../options/env-option.ts'
import type { Part } from './editable-pod.ts'
import type { InjectionRecord } from '../../workload/injection-record.ts'

/**
 * The configuration for a pod that was injected before, perhaps with another configuration: options that this one does not
 * set explicitly keep their earlier values, so that a base and its overlay may both inject.
 *
 * @param container the recorded init container as it is now. @param refresher likewise.
 */
export function effectiveConfig(
  config: InjectConfig,
  record: InjectionRecord,
  container: Part,
  refresher: Part | undefined,
): InjectConfig {
  const [secretVolume, annotationsVolume, envVolume] = record.volumes
  const keep = <K extends keyof InjectConfig>(
    option: K,
    found: InjectConfig[K] | undefined,
  ): InjectConfig[K] => (config.explicit.has(option) || found === undefined ? config[option] : found)
  const secretMountPath = keep('secretMountPath', mountPathIn(container, secretVolume))
  const effective = {
    ...config,
    env: [
      ...fileNames(container, secretMountPath, config),
      ...envFileName(container, mountPathIn(container, envVolume), config),
      ...config.env,
    ],
    containerName: keep('containerName', record.container),
    secretVolumeName: keep('secretVolumeName', secretVolume),
    annotationsVolumeName: keep('annotationsVolumeName', annotationsVolume),
    envVolumeName: keep('envVolumeName', envVolume),
    secretMountPath,
    annotationsMountPath: keep('annotationsMountPath', mountPathIn(container, annotationsVolume)),
    annotationDomain: keep(
      'annotationDomain',
      plainVariable(container.node, initVariables.annotationDomain.env),
    ),
    allowLocalMode: keep(
      'allowLocalMode',
      plainVariable(container.node, initVariables.allowLocalMode.env) === 'true',
    ),
    format: keep('format', parseFormat(plainVariable(container.node, initVariables.format.env) ?? '').value),
    containers: keep('containers', record.containers),
    refresh: keep('refresh', refresher && refreshIn(refresher)),
    refreshContainerName: keep('refreshContainerName', refresher && record.refresher),
  }
  const known = previous.get(config)
  if (known && isDeepStrictEqual(known, effective)) return known
  previous.set(config, effective)
  return effective
}

/** Most pods of an input have been injected alike: what is made of a configuration is made once for all of them. */
const previous = new WeakMap<InjectConfig, InjectConfig>()

/** The files that an earlier configuration set by option env. Files outside the mount are from an earlier mount path. */
function fileNames(container: Part, mountPath: string, { env }: InjectConfig): EnvVariable[] {
  return [initVariables.secretsFile.env, initVariables.resourcesFile.env].flatMap((name) => {
    const value = plainVariable(container.node, name)
    if (value === undefined || env.some((one) => one.name === name)) return []
    return pathsOverlap(value, mountPath) === 'first inside' ? [{ name, value }] : []
  })
}

/** Likewise; only the file at which the kubelet looks. */
function envFileName(container: Part, mountPath: string | undefined, { env }: InjectConfig): EnvVariable[] {
  const name = initVariables.envFile.env
  const value = plainVariable(container.node, name)
  if (value === undefined || mountPath === undefined || env.some((one) => one.name === name)) return []
  return value.slice(0, value.lastIndexOf('/')) === mountPath ? [{ name, value }] : []
}

/** The interval of a sidecar; the longest duration if its arguments were changed to ones that cannot be parsed. */
function refreshIn({ value }: Part): number {
  const args = isMap(value) ? value['args'] : undefined
  const texts = Array.isArray(args) ? args.filter((one) => typeof one === 'string') : []
  const { value: mode } = parseInitArgs(texts)
  return mode?.kind === 'refresh' ? mode.every : longestDuration
}

/** The path at which a container mounts a volume. */
export function mountPathIn({ value }: Pick<Part, 'value'>, volume: string | undefined): string | undefined {
  const found = listIn(value, 'volumeMounts').find((one) => one['name'] === volume)?.['mountPath']
  return typeof found === 'string' ? found : undefined
}

/** The maps in a list under a key. */
export function listIn(value: Value, key: string): ValueMap[] {
  const list = isMap(value) ? value[key] : undefined
  return Array.isArray(list) ? list.filter((one: Value) => isMap(one)) : []
}

/** The string under a key of a map; empty if there is none. */
export function textIn(value: Value | undefined, key: string): string {
  const text = value !== undefined && isMap(value) ? value[key] : undefined
  return typeof text === 'string' ? text : ''
}
