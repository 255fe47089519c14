/** The variables and volumes of a pod that are from Kubernetes Secrets. */
import { listOf, mapOf } from '../../api/json.ts'
import { type SecretKey, textIn } from './source-value.ts'

/** @param env undefined where every key is one, as envFrom makes them. */
type Variable = {
  readonly container: string
  readonly secret: string
  readonly key?: string
  readonly env?: string
  readonly prefix?: string
}

export type SecretUses = {
  readonly containers: number
  readonly variables: readonly Variable[]
  /** The Secrets that are mounted as files. */
  readonly mounted: readonly string[]
}

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
          },
        ]
      })
    const all = listOf(envFrom)
      .map(mapOf)
      .flatMap((one): Variable[] => {
        const { name: secret } = mapOf(one['secretRef'])
        return secret === undefined
          ? []
          : [{ container, secret: textIn(secret) ?? '', prefix: textIn(one['prefix']) ?? '' }]
      })
    return [...all, ...single]
  })
  const mounted = listOf(pod['volumes'])
    .map(mapOf)
    .flatMap((volume) => {
      const sources = listOf(mapOf(volume['projected'])['sources']).map(
        (one) => mapOf(mapOf(one)['secret'])['name'],
      )
      return [mapOf(volume['secret'])['secretName'], ...sources].flatMap((name) => textIn(name) ?? [])
    })
  return { containers: containers.length, variables, mounted }
}

/** The names of the variables that a key becomes, each with its containers. */
export function variablesOf(
  uses: SecretUses,
  keys: readonly SecretKey[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const { secret, key } of keys)
    for (const one of uses.variables) {
      if (one.secret !== secret || (one.key ?? key) !== key) continue
      const name = one.env ?? `${one.prefix}${key}`
      found.set(name, [...(found.get(name) ?? []), one.container])
    }
  return found
}
