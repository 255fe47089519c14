/**
 * The node itself: what a pod finds there, and that nothing of it is left behind. Unless this runs in full, a supervisor is not killed,
 * which takes a second node.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { parseAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { eventually } from '../programs/eventually.ts'
import { isLong } from '../programs/long.ts'
import { run } from '../programs/programs.ts'
import { appImage } from './node-images.ts'
import { processesIn, startInProcess } from './node-process.ts'
import { cgroupsOf } from './node-remains.ts'
import { namedNode } from './node-session.ts'
import { nodeTestsMissing, useNode } from './use-node.ts'

t.setTimeout(600_000)

/** What needs quoting in the file, or looks as if it did. */
const annotations = {
  'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD',
  'example.com/control': 'a\u0000\u0007\u001b\u007f\u0085\u200b\ufeffb',
  'example.com/equals': '=a="b"=',
  'example.com/letters': 'ü ⊕ 😀 \u{10ffff}',
  'example.com/lines': 'first\r\nsecond\n',
  'example.com/quotes': 'a "b" \\ \\n \\x00 \'c\' `d`',
}

t.test('a pod runs, and finds its annotations in the file', { skip: nodeTestsMissing }, async (t) => {
  const { create, kubectl, makeNamespace } = await useNode(t)
  const namespace = await makeNamespace('annotations')
  const volumeMounts = [{ name: 'annotations', mountPath: '/annotations' }]
  const items = [{ path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } }]
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'app', namespace, annotations },
    spec: {
      restartPolicy: 'Never',
      containers: [
        { name: 'app', image: appImage, command: ['cat', '/annotations/annotations'], volumeMounts },
      ],
      volumes: [{ name: 'annotations', downwardAPI: { items } }],
    },
  }
  await create(JSON.stringify(pod))
  await kubectl([
    'wait',
    '--for=jsonpath={.status.phase}=Succeeded',
    'pod/app',
    '-n',
    namespace,
    '--timeout=120s',
  ])
  const file = await kubectl(['logs', 'app', '-n', namespace])
  const { annotations: read, diagnostics } = parseAnnotationsFile(file)
  t.strictSame(diagnostics, [])
  t.match(Object.fromEntries(read), annotations)
  // What the kubelet adds to those of the API server. The plugins of a cluster may add more.
  const names = read.map(([name]) => name)
  for (const one of ['kubernetes.io/config.seen', 'kubernetes.io/config.source'])
    t.ok(names.includes(one), one)
})

/** Another node is not ours to end. */
const ownMissing = nodeTestsMissing || (namedNode() !== undefined && 'needs KEES_NODE unset')
const patience = 60_000

t.test('nothing is left behind, whichever process is killed', { skip: ownMissing }, async (t) => {
  const before = networkInterfaces()
  const left = isLong ? await homeOfKilled(t) : undefined
  const { access, child, supervisor, space } = await startInProcess(t)
  if (left !== undefined) {
    t.notOk(existsSync(left), 'the next node removes what a killed supervisor left behind')
    t.strictSame(cgroupsOf(left), [])
  }

  await t.test('a supervisor removes the node of a process that was killed', async (t) => {
    const { home } = access
    startPod(access.kubeconfig)
    t.ok(processesIn(space).length > 8, 'servers and a pod run in a namespace of their own')
    t.ok(
      cgroupsOf(home).some((one) => one.includes('/kubepods/')),
      'the pod has a cgroup',
    )
    child.kill('SIGKILL')
    await eventually('its processes are gone', () => processesIn(space).length === 0, patience)
    await eventually('so is the supervisor', () => !existsSync(`/proc/${supervisor}`), patience)
    t.strictSame(cgroupsOf(home), [])
    t.notOk(existsSync(home))
    t.notMatch(readFileSync('/proc/self/mountinfo', 'utf8'), home)
    t.strictSame(networkInterfaces(), before)
  })
})

/** What is left of a node whose supervisor was killed. @returns its folder. */
async function homeOfKilled(t: Test): Promise<string> {
  const { access, supervisor, space } = await startInProcess(t)
  process.kill(supervisor, 'SIGKILL')
  await eventually('its processes are gone', () => processesIn(space).length === 0, patience)
  t.ok(existsSync(access.home))
  t.ok(cgroupsOf(access.home).length > 0)
  return access.home
}

/** Of the only image that every node of ours has. */
function startPod(kubeconfig: string): void {
  const container = { name: 'app', image: 'localhost/pause:1', imagePullPolicy: 'Never' }
  const metadata = { name: 'app', namespace: 'default' }
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [container] } }
  for (const args of [
    ['create', '-f', '-'],
    ['wait', '--for=condition=Ready', 'pod/app', '--timeout=120s'],
  ]) {
    const ended = run('kubectl', [`--kubeconfig=${kubeconfig}`, ...args], { input: JSON.stringify(pod) })
    if (ended.status !== 0) throw new Error(ended.stderr)
  }
}

function networkInterfaces(): string[] {
  return readdirSync('/sys/class/net').toSorted()
}
