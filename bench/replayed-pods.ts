/** What the API servers of the benchmarks have in common. */

/** The client library requires an explicit setting to connect without TLS. */
export function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'bench', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'bench', user: { token: 'of-a-bench' } }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    'current-context': 'bench',
  })
}

/** The part of a pod's spec by which the creator sees that it is injected. */
export const injectedSpec = {
  initContainers: [
    { name: 'init-container', volumeMounts: [{ name: 'annotations', mountPath: '/annotations' }] },
  ],
  volumes: [
    {
      name: 'annotations',
      downwardAPI: { items: [{ path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } }] },
    },
  ],
}
