import type { Declaration } from '../declaration/declaration.ts'

/** Where a value goes: to exactly one place. */
export type Delivery =
  /** Of the file of its sort, in the format of the workload. */
  | { readonly to: 'line' }
  /** @property path below the folder of SECRETS_FILE. @property mode permission bits; undefined for FILE_MODE. */
  | { readonly to: 'file'; readonly path: string; readonly mode?: number }
  /**
   * Set by the kubelet from the file ENV_FILE. @property key of the value in that file: two containers may have a variable of one name.
   * @property containers undefined for those that mount the secrets.
   */
  | {
      readonly to: 'env'
      readonly key: string
      readonly name: string
      readonly containers?: readonly string[]
    }
  /** Only into compositions. */
  | { readonly to: 'none' }

export function deliveryOf(declaration: Declaration): Delivery {
  const { file, mode, env, containers } = declaration
  if (file !== undefined) return { to: 'file', path: file, ...(mode === undefined ? {} : { mode }) }
  if (env !== undefined) {
    const key = `${declaration.what}.${declaration.name}`
    return { to: 'env', key, name: env, ...(containers === undefined ? {} : { containers }) }
  }
  return declaration.what !== 'compose' && declaration.deliver === 'none' ? { to: 'none' } : { to: 'line' }
}

/** The file of its sort: a composition belongs to the secrets. */
export function sortOf({ what }: Declaration): 'secret' | 'resource' {
  return what === 'resource' ? 'resource' : 'secret'
}
