/** The example of local mode on a real node: without a store, without AWS and without the creator. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { root } from '../programs/programs.ts'
import { stays } from './app-pod.ts'
import { appImage } from './node-images.ts'
import { nodeTestsMissing, useNode } from './use-node.ts'

t.setTimeout(600_000)

const manifest = join(root, 'kustomize-examples/local-mode/expected/local.yaml')

t.test('a pod in local mode starts without a store', { skip: nodeTestsMissing }, async (t) => {
  const cluster = await useNode(t)
  const namespace = await cluster.makeNamespace('local-mode')
  const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  const [deployment] = parseAllDocuments(readFileSync(manifest, 'utf8')).map((one) => one.toJS())
  deployment.metadata.namespace = namespace
  deployment.spec.template.spec.terminationGracePeriodSeconds = 1
  // The app of the example is no image. Nothing of init is changed.
  Object.assign(deployment.spec.template.spec.containers[0], {
    image: appImage,
    command: ['sh', '-c', stays],
  })
  await cluster.create(JSON.stringify(deployment))
  await inNamespace('rollout', 'status', 'deployment/orders', '--timeout=290s')
  const read = async (file: string) => await inNamespace('exec', 'deployment/orders', '--', 'cat', file)
  t.match(
    await read('/secret/secret'),
    /^db\.password=CYSBHmNDvxNGJPvH\nsigningKey\.v1_private=MII\S+\nsigningKey\.v1_public=MII\S+\n$/,
  )
  t.equal(await read('/secret/resource'), 'db.host=postgres\n')
  t.match(
    await inNamespace('logs', 'deployment/orders', '-c', 'init-container'),
    /"level":"warn","message":"local mode: no store is read, and everybody can compute these values"/,
  )
})
