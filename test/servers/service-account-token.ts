import type { Cluster } from './control-plane.ts'

/** A bearer token of a ServiceAccount, as the kubelet gets one for a pod. */
export async function serviceAccountToken(
  cluster: Cluster,
  namespace: string,
  name: string,
): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }
  const { status, body } = await cluster.request('POST', path, request)
  const text = JSON.stringify(body)
  const { token } = /"token":"(?<token>[^"]+)"/.exec(text)?.groups ?? {}
  if (token === undefined) throw new Error(`no token of ${namespace}/${name}: ${status} ${text}`)
  return token
}
