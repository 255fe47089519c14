/** The init container that the Argo CD example adds to the repo-server, on a real node: the function is where kustomize finds it. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { findCommand } from '../../scripts/tools/installed.ts'
import { cachedArgoCd } from '../../scripts/tools/argo-cd.ts'
import { root, run } from '../programs/programs.ts'
import { kustomize } from '../programs/tools.ts'
import { initImage } from './node-images.ts'
import { nodeTestsMissing, useNode } from './use-node.ts'

t.setTimeout(600_000)

const goMissing = findCommand('go') === undefined && 'needs the command go'
const skip = nodeTestsMissing || goMissing || kustomize().missing || false

t.test('the init container installs the function for kustomize', { skip }, async (t) => {
  const cluster = await useNode(t)
  const namespace = await cluster.makeNamespace('argo-cd', {
    'pod-security.kubernetes.io/enforce': 'restricted',
  })
  const spec = repoServer(t.testdir())
  const kees = spec.volumes.filter(({ name }) => name === 'kees')
  const init = spec.initContainers.filter(({ name }) => name === 'kees-install')
  const mounts = spec.containers.flatMap(({ volumeMounts }) =>
    volumeMounts.filter(({ name }) => name === 'kees'),
  )
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'repo-server', namespace },
    spec: {
      // The image of Argo CD sets this user.
      securityContext: { runAsUser: 999 },
      initContainers: init,
      containers: [
        {
          name: 'server',
          // In the place of the image of Argo CD: it has the same libraries, and a Node of its own below the one that is mounted.
          image: initImage,
          command: ['/usr/local/bin/node', '--eval', 'setInterval(() => {}, 1000)'],
          securityContext: init[0]?.securityContext,
          volumeMounts: mounts,
        },
      ],
      volumes: kees,
      terminationGracePeriodSeconds: 1,
    },
  }
  await cluster.create(JSON.stringify(pod))
  const inNamespace = (args: readonly string[], input?: string) =>
    cluster.kubectl(['-n', namespace, ...args], input)
  await inNamespace(['wait', '--for=condition=Ready', 'pod/repo-server', '--timeout=240s'])
  t.match(
    mounts.map(({ mountPath }) => mountPath),
    ['/usr/local/bin/node', '/usr/local/bin/inject-init'],
  )
  const functionConfig = parse(
    readFileSync(join(root, 'kustomize-examples/argo-cd/app/inject-init.yaml'), 'utf8'),
  )
  const annotations = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' }
  const app = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'app', annotations },
    spec: { containers: [{ name: 'app', image: 'example/app:1.0' }] },
  }
  const list = {
    apiVersion: 'config.kubernetes.io/v1',
    kind: 'ResourceList',
    functionConfig,
    items: [app],
  }
  const inServer = ['exec', '-i', 'repo-server', '-c', 'server', '--']
  const injected = await inNamespace(
    // The image has no /usr/bin/env, which the first line of the function starts Node by.
    [...inServer, '/usr/local/bin/node', '/usr/local/bin/inject-init'],
    stringify(list),
  )
  t.match(parse(injected).items, [{ spec: { initContainers: [{ name: 'init-container' }] } }])
})

type Mounted = { readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[] }

type PodSpec = {
  readonly initContainers: readonly (Mounted & { readonly name: string; readonly securityContext: object })[]
  readonly containers: readonly Mounted[]
  readonly volumes: readonly { readonly name: string }[]
}

/** The pod of the repo-server with the example's component. @param folder an empty one. */
function repoServer(folder: string): PodSpec {
  cpSync(join(root, 'kustomize-examples/argo-cd'), folder, { recursive: true })
  cpSync(cachedArgoCd() ?? '', join(folder, 'manifests'), { recursive: true })
  const path = join(folder, 'argocd/kustomization.yaml')
  const kustomization: object = parse(readFileSync(path, 'utf8'))
  writeFileSync(path, stringify({ ...kustomization, resources: ['../manifests/cluster-install'] }))
  const built = run(kustomize().path ?? '', ['build', join(folder, 'argocd')])
  if (built.status !== 0) throw new Error(built.stderr)
  // The others are megabytes.
  const text = built.stdout
    .split(/^---$/m)
    .find((one) => /^kind: Deployment$/m.test(one) && /^ {2}name: argocd-repo-server$/m.test(one))
  const server: Deployment | null = parse(text ?? '')
  if (server === null) throw new Error('there is no Deployment argocd-repo-server')
  return server.spec.template.spec
}

type Deployment = { readonly spec: { readonly template: { readonly spec: PodSpec } } }
