/** A real kube-apiserver with etcd and, where it is asked for, the controller manager, on loopback and for one test. */
import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { Agent, request } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { findCommand } from '../scripts/installed.ts'
import { cachedControlPlane, controlPlaneAssets } from '../scripts/tool-cache.ts'

/** For tap's `skip`. Where there is a Go and no control plane, the tests run and say what to do. */
export const controlPlaneMissing =
  controlPlaneAssets() === undefined && findCommand('go') === undefined && 'needs the command go'

export type Answer = { readonly status: number; readonly body: unknown }

export type ControlPlane = {
  /** Of an administrator. */
  readonly kubeconfig: string
  readonly server: string
  /** @param path such as `/api/v1/pods`. @param body an object. */
  readonly request: (method: string, path: string, body?: unknown) => Promise<Answer>
  readonly stop: () => Promise<void>
}

const token = 'of-a-test'
const patience = 90_000

export async function startControlPlane(
  options: { readonly controllers?: boolean } = {},
): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'kees-control-plane-'))
  const parts: Part[] = []
  const stop = async () => {
    // The API server before the etcd that it would wait for.
    for (const part of parts.toReversed()) await part.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const start = (name: string, args: readonly string[]) => {
      const part = startPart(name, args, folder)
      parts.push(part)
      return part
    }
    const [clients, peers, port] = [await freePort(), await freePort(), await freePort()]
    start('etcd', etcdArgs(folder, clients, peers))
    const apiserver = start('kube-apiserver', apiserverArgs(folder, clients, port))
    const server = `https://127.0.0.1:${port}`
    const send = await sender(server, join(folder, 'certs', 'apiserver.crt'), apiserver)
    await until(
      'the API server is ready',
      apiserver,
      async () => (await send('GET', '/readyz')).status === 200,
    )
    const kubeconfig = join(folder, 'kubeconfig')
    writeFileSync(kubeconfig, kubeconfigOf(server, folder))
    if (options.controllers) {
      const manager = start('kube-controller-manager', managerArgs(folder, kubeconfig))
      const account = '/api/v1/namespaces/default/serviceaccounts/default'
      await until(
        'the controllers are at work',
        manager,
        async () => (await send('GET', account)).status === 200,
      )
    }
    return { kubeconfig, server, request: send, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function etcdArgs(folder: string, clients: number, peers: number): string[] {
  const [client, peer] = [`http://127.0.0.1:${clients}`, `http://127.0.0.1:${peers}`]
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // It is gone after the test: nothing has to survive a power cut.
    '--unsafe-no-fsync',
  ]
}

function apiserverArgs(folder: string, etcd: number, port: number): string[] {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  writeFileSync(join(folder, 'accounts.key'), privateKey)
  writeFileSync(join(folder, 'accounts.pub'), publicKey)
  writeFileSync(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`)
  mkdirSync(join(folder, 'certs'))
  return [
    `--etcd-servers=http://127.0.0.1:${etcd}`,
    `--cert-dir=${join(folder, 'certs')}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'accounts.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'accounts.key')}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--disable-admission-plugins=ServiceAccount',
  ]
}

function managerArgs(folder: string, kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    '--secure-port=0',
    `--service-account-private-key-file=${join(folder, 'accounts.key')}`,
  ]
}

function kubeconfigOf(server: string, folder: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'test', cluster: { server, 'certificate-authority': join(folder, 'certs', 'apiserver.crt') } },
    ],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  })
}

type Part = {
  readonly name: string
  readonly running: () => boolean
  /** The end of what it said. */
  readonly said: () => string
  readonly stop: () => Promise<void>
}

function startPart(name: string, args: readonly string[], folder: string): Part {
  const log = join(folder, `${name}.log`)
  const output = openSync(log, 'w')
  const [program, ...first] = commandOf(name)
  const child = spawn(program, [...first, ...args], { stdio: ['pipe', output, output], cwd: folder })
  closeSync(output)
  const ended = once(child, 'close')
  const onExit = () => void child.kill('SIGKILL')
  process.on('exit', onExit)
  return {
    name,
    running: () => child.exitCode === null && child.signalCode === null,
    said: () => readFileSync(log, 'utf8').split('\n').slice(-20).join('\n'),
    stop: async () => {
      await end(child, ended)
      process.off('exit', onExit)
    },
  }
}

/** What they would still write is deleted anyway: there is nothing to wait for. */
async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGKILL')
  await ended
}

function commandOf(name: string): [string, ...string[]] {
  const assets = controlPlaneAssets()
  if (assets !== undefined) return [join(assets, name)]
  const program = cachedControlPlane()
  if (program === undefined) throw new Error('the control plane is not there yet: run "npm run fetch-tools"')
  return [program, name]
}

async function until(what: string, part: Part, done: () => Promise<boolean>): Promise<void> {
  for (const start = Date.now(); Date.now() - start < patience; await sleep(100)) {
    if (!part.running()) throw new Error(`${part.name} ended before ${what}:\n${part.said()}`)
    try {
      if (await done()) return
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'ECONNREFUSED') throw error
    }
  }
  throw new Error(`${part.name} was waited for in vain until ${what}:\n${part.said()}`)
}

/** The API server makes its certificate when it starts. */
async function sender(
  server: string,
  certificate: string,
  apiserver: Part,
): Promise<ControlPlane['request']> {
  await until('its certificate is there', apiserver, async () => existsSync(certificate))
  const agent = new Agent({ ca: readFileSync(certificate), keepAlive: false })
  return async (method, path, body) => {
    const content = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const headers = { authorization: `Bearer ${token}`, 'content-type': content }
    const outgoing = request(`${server}${path}`, { method, agent, headers })
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    const [response] = await once(outgoing, 'response')
    const answer = await text(response)
    return { status: response.statusCode, body: answer.startsWith('{') ? JSON.parse(answer) : answer }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('a server without a port')
  return address.port
}
