// Measures init on a real node, where the start of a container is in it: how long containerd takes to start each container, and how long it
// runs, beside a container of the same image that does nothing and one of busybox. Each pod has all of them as init containers, in
// another order. It needs what the tests in test/node need. Prints a table.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { startFakeSsm } from '../runtime/fake-ssm/server.ts'
import { forwardFrom } from '../test/node/forwarding.ts'
import { appImage, initImage } from '../test/node/node-images.ts'
import { startNodeSession } from '../test/node/node-session.ts'
import { runBeside } from '../test/programs/run-beside.ts'
import { formatContainers, type ContainerTimes, timesOf } from './container-times.ts'
import { parameters, putParameters } from './init-inputs.ts'
import { machine } from './machine.ts'

const rounds = Number(process.env['ROUNDS'] ?? 10)
const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'kees-bench-node-'))
const server = await startFakeSsm()
putParameters(server.put)
const { access, stop } = await startNodeSession()
if (access.home === undefined) throw new Error('this needs a node of its own: unset KEES_NODE')
const forwarding = await forwardFrom(access.enter, access.host, Number(new URL(server.endpoint).port))
const lines: string[] = []
const [ctr = '', ...toContainerd] = access.load.slice(0, 3)
const events = spawn(ctr, [...toContainerd, 'events'], { stdio: ['ignore', 'pipe', 'inherit'] })
createInterface(events.stdout).on('line', (line) => void lines.push(line))
try {
  const injected = await injectPod(`http://${access.host}:${forwarding.port}`)
  const all: ContainerTimes[] = []
  // The first is left out: the node makes its first containers more slowly.
  for (let round = 0; round <= rounds; round++) {
    process.stderr.write(`pod ${round} of ${rounds}\n`)
    const times = await runPod(injected, round)
    if (round > 0) all.push(...times)
  }
  process.stdout.write(`${machine()}; ${rounds} pods\n\n${formatContainers(all)}`)
} finally {
  events.kill()
  await forwarding.close()
  await stop()
  await server.stop()
  rmSync(folder, { recursive: true })
}

type Container = { readonly name: string; readonly image: string; readonly command?: readonly string[] }
type Pod = { readonly spec: { readonly initContainers: readonly Container[] } }

/** A pod that declares the parameters, as inject-init makes it. */
async function injectPod(endpoint: string): Promise<Pod> {
  const config = join(folder, 'inject-init.yaml')
  const env = {
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'fakesecret',
    ALLOW_HTTP: 'true',
  }
  const options = {
    apiVersion: 'kees.bsycorp.com/v1alpha1',
    kind: 'InjectInit',
    metadata: { name: 'inject-init' },
    spec: { image: initImage, env: Object.entries(env).map(([name, value]) => ({ name, value })) },
  }
  const annotations = parameters.map((name) => [`secret.bsycorp.com/${name}`, 'kind=REFERENCE,type=PASSWORD'])
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'start', annotations: Object.fromEntries(annotations) },
    spec: {
      restartPolicy: 'Never',
      containers: [{ name: 'app', image: appImage, command: ['true'] }],
    },
  }
  writeFileSync(config, JSON.stringify(options))
  const kees = [join(root, 'dist/kees'), 'inject', '-f', '-', '--config', config]
  const { status, stdout, stderr } = await runBeside(process.execPath, kees, { input: JSON.stringify(pod) })
  if (status !== 0) throw new Error(stderr)
  return parse(stdout)
}

async function runPod(injected: Pod, round: number): Promise<readonly ContainerTimes[]> {
  const titles: Readonly<Record<string, string>> = {
    'init-container': 'init, 25 parameters',
    node: '`node -e 0`',
    busybox: '`true` of busybox',
  }
  const containers = [
    ...injected.spec.initContainers,
    { name: 'node', image: initImage, command: ['/usr/local/bin/node', '-e', '0'] },
    { name: 'busybox', image: appImage, command: ['true'] },
  ]
  const turn = round % containers.length
  const initContainers = [...containers.slice(turn), ...containers.slice(0, turn)]
  const pod = { ...injected, spec: { ...injected.spec, initContainers } }
  await kubectl(['create', '-f', '-'], JSON.stringify(pod))
  await kubectl(['wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/start', '--timeout=120s'])
  const { status } = JSON.parse(await kubectl(['get', 'pod', 'start', '-o', 'json']))
  await kubectl(['delete', 'pod', 'start', '--wait=true'])
  const statuses: readonly { readonly name: string; readonly containerID: string }[] =
    status.initContainerStatuses
  // The events come by another way than the answers of kubectl.
  for (;;) {
    const times = statuses.map(({ name, containerID }) =>
      timesOf(titles[name] ?? name, containerID.replace(/^.*:\/\//, ''), lines),
    )
    const complete = times.filter((one) => one !== undefined)
    if (complete.length === statuses.length) return complete
    await sleep(100)
  }
}

async function kubectl(args: readonly string[], input = ''): Promise<string> {
  const command = [`--kubeconfig=${access.kubeconfig}`, ...args]
  const { status, stdout, stderr } = await runBeside('kubectl', command, { input, timeout: 300_000 })
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`)
  return stdout
}
