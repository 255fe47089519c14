import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const client = join(root, 'node_modules', '@kubernetes', 'client-node', 'dist')
const noApiClient = join(root, 'runtime', 'kubernetes', 'no-api-client.ts')

/** What may be replaced: for a quick look at what is imported. */
export const kubernetesClientImports = /^@kubernetes\/client-node$|^undici$|^\.\/gen\//

/**
 * Of the Kubernetes client, only how to read a kubeconfig and to sign in: runtime/kubernetes/no-api-client.ts. The rest is 17 MB of source.
 * @param importer the path of the file that imports it. @returns the path of the file that takes its place, if one does.
 */
export function resolveKubernetesClient(specifier: string, importer: string): string | undefined {
  if (specifier === '@kubernetes/client-node') return join(client, 'config.js')
  const isUnused = specifier === 'undici' || specifier.startsWith('./gen/')
  return isUnused && importer.startsWith(client) ? noApiClient : undefined
}
