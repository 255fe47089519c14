/** The substitutes of leases that docs/migrating-from-java.md shows: the kubelet gives each pod its index. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { eventually } from '../programs/eventually.ts'
import { root } from '../programs/programs.ts'
import { appImage } from './node-images.ts'
import { nodeTestsMissing, useNode } from './use-node.ts'

t.setTimeout(600_000)

const page = readFileSync(join(root, 'docs/migrating-from-java.md'), 'utf8')
const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block = '']) => block)
const command = [
  'sh',
  '-c',
  'echo "index $POD_INDEX"; trap "exit 0" TERM; [ "$1" = ends ] || sleep 600 & wait',
]

for (const [kind, selector, mode] of [
  ['StatefulSet', 'app=worker', 'stays'],
  ['Job', 'batch.kubernetes.io/job-name=batch', 'ends'],
] as const) {
  t.test(`each pod of a ${kind} has an index of its own`, { skip: nodeTestsMissing }, async (t) => {
    const { kubectl, makeNamespace } = await useNode(t)
    const namespace = await makeNamespace('index')
    const object = blocks.map((block) => parse(block)).find((one) => one?.kind === kind)
    Object.assign(object.spec.template.spec.containers[0], {
      image: appImage,
      command: [...command, 'app', mode],
    })
    object.spec.template.spec.terminationGracePeriodSeconds = 1
    await kubectl(['create', '-n', namespace, '-f', '-'], JSON.stringify(object))
    const logs = () => kubectl(['logs', '-n', namespace, '-l', selector, '--prefix=false'])
    const indices = async () => (await logs().catch(() => '')).split('\n').filter(Boolean).toSorted()
    await eventually(
      'both pods have printed their index',
      async () => (await indices()).length === 2,
      180_000,
    )
    t.strictSame(await indices(), ['index 0', 'index 1'])
  })
}
