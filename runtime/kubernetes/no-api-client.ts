/**
 * Replaces what KubeConfig of @kubernetes/client-node imports for its generated API client, and `undici`, with which that one sends
 * requests. The creator uses KubeConfig alone, with Node's own client, and would load 1.6 MB more than it needs.
 */
const absent = 'this program has no generated API client'

function unused(): never {
  throw new Error(absent)
}

export {
  unused as Agent,
  unused as ProxyAgent,
  unused as ServerConfiguration,
  unused as createConfiguration,
  unused as of,
}
