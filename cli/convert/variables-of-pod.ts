/** The variables and volumes of a pod that are from Kubernetes Secrets, or from the Secrets Store CSI driver. */
import { formatFileMode } from '../../api/declaration/file-mode.ts'
import { type JsonMap, listOf, mapOf } from '../../api/json.ts'
import { type SecretKey, textIn } from './source-value.ts'

/** @param env undefined where every key is one, as envFrom makes them. */
type Variable = {
  readonly container: string
  readonly secret: string
  readonly key?: string
  readonly env?: string
  readonly prefix?: string
  readonly isOptional: boolean
}

/** A Secret that is mounted as files. */
type Mounted = {
  readonly secret: string
  /** Undefined where every key is a file of its name. */
  readonly items?: readonly MountedKey[]
  readonly mode?: string
  readonly isOptional: boolean
}

type MountedKey = { readonly key: string; readonly path: string; readonly mode?: string }

export type SecretUses = {
  readonly containers: number
  readonly variables: readonly Variable[]
  readonly mounted: readonly Mounted[]
  /** The SecretProviderClasses that are mounted. */
  readonly classes: readonly string[]
}

export const noUses: SecretUses = { containers: 0, variables: [], mounted: [], classes: [] }

/** @param spec of the pod. */
export function secretUsesOf(spec: unknown): SecretUses {
  const pod = mapOf(spec)
  const containers = [...listOf(pod['initContainers']), ...listOf(pod['containers'])].map(mapOf)
  const variables = containers.flatMap(({ name, env, envFrom }): Variable[] => {
    const container = textIn(name) ?? ''
    const single = listOf(env)
      .map(mapOf)
      .flatMap((one): Variable[] => {
        const ref = mapOf(mapOf(one['valueFrom'])['secretKeyRef'])
        if (ref['name'] === undefined) return []
        return [
          {
            container,
            secret: textIn(ref['name']) ?? '',
            key: textIn(ref['key']) ?? '',
            env: textIn(one['name']) ?? '',
            isOptional: ref['optional'] === true,
          },
        ]
      })
    const all = listOf(envFrom)
      .map(mapOf)
      .flatMap((one): Variable[] => {
        const { name: secret, optional } = mapOf(one['secretRef'])
        if (secret === undefined) return []
        const prefix = textIn(one['prefix']) ?? ''
        return [{ container, secret: textIn(secret) ?? '', prefix, isOptional: optional === true }]
      })
    return [...all, ...single]
  })
  const volumes = listOf(pod['volumes']).map(mapOf)
  return {
    containers: containers.length,
    variables,
    mounted: volumes.flatMap(mountedIn),
    classes: volumes.flatMap(
      ({ csi }) => textIn(mapOf(mapOf(csi)['volumeAttributes'])['secretProviderClass']) ?? [],
    ),
  }
}

function mountedIn({ secret, projected }: JsonMap): Mounted[] {
  const own = mapOf(secret)
  const { sources, defaultMode } = mapOf(projected)
  return [
    ...mountedBy(own['secretName'], own, own['defaultMode']),
    ...listOf(sources).flatMap((one) => {
      const source = mapOf(mapOf(one)['secret'])
      return mountedBy(source['name'], source, defaultMode)
    }),
  ]
}

/** The default of Kubernetes, which the API server also writes into manifests. */
const defaultSecretMode = 0o644

function mountedBy(name: unknown, { items, optional }: JsonMap, defaultMode: unknown): Mounted[] {
  const secret = textIn(name)
  if (secret === undefined) return []
  const keys = listOf(items)
    .map(mapOf)
    .map(({ key, path, mode }): MountedKey => {
      return { key: textIn(key) ?? '', path: textIn(path) ?? textIn(key) ?? '', ...modeOf(mode) }
    })
  const ofAll = defaultMode === defaultSecretMode ? {} : modeOf(defaultMode)
  return [{ secret, ...(keys.length > 0 ? { items: keys } : {}), ...ofAll, isOptional: optional === true }]
}

function modeOf(mode: unknown): { readonly mode?: string } {
  return typeof mode === 'number' ? { mode: formatFileMode(mode) } : {}
}

type UsedVariable = { readonly containers: readonly string[]; readonly isOptional: boolean }

/** The names of the variables that a key becomes, each with its containers; optional if it is so in all of them. */
export function variablesOf(uses: SecretUses, keys: readonly SecretKey[]): ReadonlyMap<string, UsedVariable> {
  const found = new Map<string, UsedVariable>()
  for (const { secret, key } of keys)
    for (const one of uses.variables) {
      if (one.secret !== secret || (one.key ?? key) !== key) continue
      const name = one.env ?? `${one.prefix}${key}`
      const { containers, isOptional } = found.get(name) ?? { containers: [], isOptional: true }
      found.set(name, {
        containers: [...containers, one.container],
        isOptional: isOptional && one.isOptional,
      })
    }
  return found
}

type UsedFile = { readonly mode?: string; readonly isOptional: boolean }

/** The files that a key becomes, by their paths in the volumes of Secrets. */
export function filesOf(uses: SecretUses, keys: readonly SecretKey[]): ReadonlyMap<string, UsedFile> {
  const found = new Map<string, UsedFile>()
  for (const { secret, key } of keys)
    for (const { items = [{ key, path: key }], isOptional, ...mounted } of uses.mounted) {
      if (mounted.secret !== secret) continue
      for (const item of items) {
        if (item.key !== key) continue
        const mode = item.mode ?? mounted.mode
        const known = found.get(item.path)
        found.set(item.path, {
          ...(mode === undefined ? (known?.mode === undefined ? {} : { mode: known.mode }) : { mode }),
          isOptional: isOptional && (known?.isOptional ?? true),
        })
      }
    }
  return found
}
