/** A mutating webhook on loopback that does what the one of EKS does, and adds a container besides. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { text } from 'node:stream/consumers'
import { listOf, mapOf } from '../../api/json.ts'
import { makeLoopbackCertificate } from '../servers/loopback-certificate.ts'
import type { Json } from './hostile-pods.ts'

const token = '/var/run/secrets/eks.amazonaws.com/serviceaccount'
const variables = [
  { name: 'AWS_ROLE_ARN', value: 'arn:aws:iam::111122223333:role/app' },
  { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: `${token}/token` },
]
const mount = { name: 'aws-iam-token', mountPath: token, readOnly: true }
const volume = {
  name: 'aws-iam-token',
  projected: { sources: [{ serviceAccountToken: { audience: 'sts.amazonaws.com', path: 'token' } }] },
}
const mesh = { name: 'mesh', image: 'example/mesh:1' }

type RoleWebhook = {
  /** Its MutatingWebhookConfiguration. */
  readonly configuration: (namespace: string) => Json
  readonly stop: () => void
}

export async function startRoleWebhook(folder: string): Promise<RoleWebhook> {
  const certificate = makeLoopbackCertificate(folder)
  const [cert, key] = [readFileSync(certificate.file), readFileSync(certificate.key)]
  const server = createServer({ cert, key }, (request, response) => {
    void text(request).then((body) => {
      const { uid, object } = mapOf(mapOf(JSON.parse(body))['request'])
      const patch = Buffer.from(JSON.stringify(patchOf(mapOf(mapOf(object)['spec'])))).toString('base64')
      const answer = { uid, allowed: true, patchType: 'JSONPatch', patch }
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }),
      )
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const clientConfig = { url: `https://127.0.0.1:${port}/`, caBundle: cert.toString('base64') }
  return {
    configuration: (namespace) => ({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'roles' },
      webhooks: [
        {
          name: 'roles.example.com',
          clientConfig,
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          reinvocationPolicy: 'IfNeeded',
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
        },
      ],
    }),
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** None the second time. */
function patchOf(spec: Json): Json[] {
  const volumes = listOf(spec['volumes']).map(mapOf)
  if (volumes.some(({ name }) => name === volume.name)) return []
  const changed = (list: unknown) =>
    listOf(list)
      .map(mapOf)
      .map((one) => ({
        ...one,
        env: [...listOf(one['env']), ...variables],
        volumeMounts: [...listOf(one['volumeMounts']), mount],
      }))
  return [
    { op: 'add', path: '/spec/volumes', value: [...volumes, volume] },
    { op: 'add', path: '/spec/initContainers', value: changed(spec['initContainers']) },
    { op: 'add', path: '/spec/containers', value: changed([...listOf(spec['containers']), mesh]) },
  ]
}
