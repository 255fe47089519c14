/** Where what a pod declares is written. */
import { dirname, join } from 'node:path'
import type { Declaration } from '../../../api/declaration/declaration.ts'
import { deliveryOf, sortOf } from '../../../api/pod/delivery.ts'
import type { InitEnv } from '../../../api/settings/init-env.ts'

export type OutputSettings = Pick<InitEnv, 'secretsFile' | 'resourcesFile' | 'envFile' | 'format'>

type OfDeclaration = { readonly declaration: Declaration }

/**
 * Each folder appears as a whole, whether or not any value is absent. That of the variables comes first: a process that is killed before the others
 * have followed leaves a running app as it is.
 */
export function outputFolders(
  all: readonly OfDeclaration[],
  { secretsFile, resourcesFile, envFile }: OutputSettings,
): readonly string[] {
  const folders = all.flatMap(({ declaration }) => {
    const { to } = deliveryOf(declaration)
    if (to === 'none') return []
    if (to === 'env') return [envFile]
    return [to === 'file' || sortOf(declaration) === 'secret' ? secretsFile : resourcesFile]
  })
  const isFirst = (path: string) => (path === envFile ? 0 : 1)
  return [...new Set(folders.toSorted((a, b) => isFirst(a) - isFirst(b)).map((path) => dirname(path)))]
}

/** The paths at which what is declared can be read once it is written. */
export function declaredPaths(all: readonly OfDeclaration[], settings: OutputSettings): ReadonlySet<string> {
  return new Set(
    all.flatMap(({ declaration }) => {
      const delivery = deliveryOf(declaration)
      if (delivery.to === 'none') return []
      if (delivery.to === 'env') return [settings.envFile]
      if (delivery.to === 'file') return [join(dirname(settings.secretsFile), delivery.path)]
      const path = sortOf(declaration) === 'secret' ? settings.secretsFile : settings.resourcesFile
      return [settings.format === 'files' ? join(path, declaration.name) : path]
    }),
  )
}
