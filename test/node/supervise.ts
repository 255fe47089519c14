/**
 * Runs a node of Kubernetes for the process that started this one, in namespaces of its own, and removes everything of it
 * when its standard input ends, however that process ended. start-node.ts starts it.
 *
 * It prints one line of JSON when the node is Ready, and on standard error why it is not. A line of its input names a folder
 * for the logs; where the node does not start or ends early, it prints their folder by itself.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, cpSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { findCommand } from '../../scripts/tools/installed.ts'
import { runCommand } from '../../scripts/run-command.mjs'
import { runQuietly } from '../../scripts/run-quietly.ts'
import { cachedKubernetes } from '../../scripts/tools/tool-cache.ts'
import { makeBusyboxImage } from './busybox-image.ts'
import { forwardTo } from './forwarding.ts'
import { addresses, kubeconfig, writeNodeFiles } from './node-files.ts'
import { homePrefix, removeLeftNodes, removeNode } from './node-remains.ts'
import type { NodeAccess } from './start-node.ts'

/** In milliseconds, for each thing that is waited for. */
const patience = 180_000
/** Between two tries: a start of kubectl takes a tenth of a second of processor time. */
const between = 300

const kubernetes = cachedKubernetes()
if (kubernetes === undefined) throw new Error('Kubernetes is not installed yet: run "npm run fetch-tools"')

let keep: string | undefined
const input = createInterface({ input: process.stdin }).on('line', (line) => (keep = line))
const inputEnded = once(input, 'close')
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => input.close())

await removeLeftNodes()
const home = mkdtempSync(`${homePrefix}${process.pid}-`)
const files = writeNodeFiles(home)
const log = openSync(join(home, 'log/inside.log'), 'w')
const flags = ['--net', '--mount', '--mount-proc', '--pid', '--ipc', '--fork', '--kill-child']
const inside = spawn('unshare', [...flags, join(import.meta.dirname, 'inside'), home, kubernetes], {
  stdio: ['pipe', log, log],
})
closeSync(log)
const { stdin: insideInput } = inside
insideInput?.on('error', () => undefined)
let isOver = false
const insideEnded = once(inside, 'close').then(() => (isOver = true))

try {
  await Promise.race([bringUp(), inputEnded, insideEnded])
  await Promise.race([inputEnded, insideEnded])
  if (isOver) throw new Error(`the node ended: ${readFileSync(join(home, 'log/inside.log'), 'utf8').trim()}`)
} catch (error) {
  keep ??= mkdtempSync(join(tmpdir(), 'kees-node_logs-'))
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
insideInput?.end()
await insideEnded
if (keep !== undefined) {
  for (const one of files.logs) cpSync(one, join(keep, basename(one)), { recursive: true })
  say(`the logs of the node are in ${keep}`)
}
await removeNode(home)
process.exit()

async function bringUp(): Promise<void> {
  const images = importImages()
  const enter = ['nsenter', `--target=${inside.pid}`, '--net', '--']
  await until('the API server has a certificate', ['test', '-s', join(home, 'certs/apiserver.key')])
  const { port } = await forwardTo(enter, addresses.service, 443)
  const access: NodeAccess = {
    kubeconfig: join(home, 'kubeconfig-outside'),
    load: ['ctr', `--address=${files.containerd}`, '--namespace=k8s.io', 'images', 'import'],
    host: addresses.node,
    enter,
    home,
  }
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    'tls-server-name': 'kubernetes',
    'certificate-authority-data': readFileSync(files.ca).toString('base64'),
  }
  writeFileSync(access.kubeconfig, kubeconfig(cluster, files.token), { mode: 0o600 })
  const kubectl = ['kubectl', `--kubeconfig=${access.kubeconfig}`]
  await until('the API server is ready', [...kubectl, 'get', '--raw=/readyz'])
  insideInput?.write('the API server is ready\n')
  await until('the node is Ready', [...kubectl, 'wait', '--for=condition=Ready', 'node/node', '--timeout=1s'])
  await until('the controllers are at work', [...kubectl, 'get', 'serviceaccount', 'default'])
  await images
  process.stdout.write(`${JSON.stringify(access)}\n`)
}

/** The image of what holds a pod's namespaces: the kubelet takes it from nowhere else. */
async function importImages(): Promise<void> {
  const archive = join(home, 'pause.tar')
  const pause = ['/bin/sleep', '2147483647']
  await makeBusyboxImage(archive, ['localhost/pause:1'], pause, findCommand('busybox') ?? '')
  const ctr = ['ctr', `--address=${files.containerd}`, '--namespace=k8s.io']
  await until('containerd answers', [...ctr, 'version'])
  await runQuietly('ctr', [...ctr.slice(1), 'images', 'import', archive])
}

async function until(what: string, [command = '', ...args]: readonly string[]): Promise<void> {
  let output = ''
  for (const start = Date.now(); Date.now() - start < patience; await sleep(between)) {
    output = ''
    const onOutput = (chunk: Buffer) => (output += chunk.toString())
    if (isOver) return
    const { code } = await runCommand(command, args, { stdio: ['ignore', 'pipe', 'pipe'], onOutput })
    if (code === 0) return
  }
  throw new Error(`waited ${patience / 1000} s in vain until ${what}: ${output.trim()}`)
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
