/** In a file of its own: with another version, the test that applies all manifests of Argo CD runs in full. */
import { join } from 'node:path'
import { ifThere, toolCache } from './tool-cache.ts'

export const argoCdVersion = '3.5.7'

export function argoCdFolder(): string {
  return join(toolCache(), `argo-cd-${argoCdVersion}`)
}

/** The folder of its manifests. */
export function cachedArgoCd(): string | undefined {
  return ifThere(join(argoCdFolder(), 'manifests'))
}
