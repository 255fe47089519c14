/** A real kube-apiserver with etcd and, where it is asked for, the controller manager, on loopback and for one test. */
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { findCommand } from '../../scripts/tools/installed.ts'
import { controlPlaneAssets } from '../../scripts/tools/tool-cache.ts'
import { type Part, type PartName, findAsset, startPart } from './control-plane-part.ts'
import { freePorts } from './free-ports.ts'

const assets = controlPlaneAssets()

/** For tap's `skip`. Where there is a Go and no control plane, the tests run, and fail with a message that names the command to run. */
export const controlPlaneMissing =
  assets === undefined && findCommand('go') === undefined && 'needs the command go'

/** For tap's `skip` of tests that ask for `controllers`. */
export const controllersMissing =
  controlPlaneMissing ||
  (assets !== undefined &&
    findAsset(assets, 'kube-controller-manager') === undefined &&
    'needs the command kube-controller-manager')

export type Answer = { readonly status: number; readonly body: unknown }

type Request = (method: string, path: string, body?: unknown) => Promise<Answer>

/** How to reach an API server. */
export type Cluster = {
  /** Such as `https://127.0.0.1:40925`. */
  readonly server: string
  /** PEM: what vouches for the server. */
  readonly ca: string
  /** A bearer token of an administrator. */
  readonly token: string
  /** A file with all three. */
  readonly kubeconfig: string
  /** @param path such as `/api/v1/pods`. @param body an object; of PATCH a merge patch, a JSON patch or what is applied. */
  readonly request: Request
  /** The same as somebody else: a bearer token, such as one of a ServiceAccount. */
  readonly requestAs: (bearer: string) => Request
}

export type ControlPlane = Cluster & {
  /** Where its etcd answers, such as `http://127.0.0.1:40926`. */
  readonly etcd: string
  /** Starts the controller manager. @returns a function that ends it. */
  readonly startControllers: () => Promise<() => Promise<void>>
  /** Ends the API server and starts it again, on the same port and with the same data. */
  readonly restartServer: () => Promise<void>
  readonly stop: () => Promise<void>
  /** Until `stop`, it no longer keeps this process running, with which it ends. */
  readonly unref: () => void
}

const token = 'of-a-test'
/** For each thing that is waited for. */
const patience = 300_000
const patienceWithOneRequest = 300_000

export async function startControlPlane(
  options: { readonly controllers?: boolean; readonly admissionPlugins?: readonly string[] } = {},
): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'kees-control-plane-'))
  const parts: Part[] = []
  const stop = async () => {
    // The API server before the etcd that it would wait for.
    for (const part of parts.toReversed()) await part.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  const start = (name: PartName, args: readonly string[]) => {
    parts.push(startPart(name, args, folder))
  }
  const until = (what: string, done: () => boolean | Promise<boolean>) =>
    wait(parts, Date.now() + patience, what, done)
  try {
    const [clients = 0, peers = 0, port = 0] = await freePorts(3)
    start('etcd', etcdArgs(folder, clients, peers))
    const { admissionPlugins = [] } = options
    const plugins =
      admissionPlugins.length > 0 ? [`--enable-admission-plugins=${admissionPlugins.join()}`] : []
    const serverArgs = [...apiserverArgs(folder, clients, port), ...plugins]
    start('kube-apiserver', serverArgs)
    const server = `https://127.0.0.1:${port}`
    // The API server makes them when it starts, the key after the certificate.
    await until('the API server has a certificate', () => existsSync(join(folder, 'certs', 'apiserver.key')))
    const ca = readFileSync(join(folder, 'certs', 'apiserver.crt'), 'utf8')
    const send = sender(server, ca, token)
    await until('the API server is ready', async () => (await send('GET', '/readyz')).status === 200)
    const kubeconfig = join(folder, 'kubeconfig')
    writeFileSync(kubeconfig, kubeconfigOf(server, ca))
    const startControllers = async () => {
      const manager = startPart('kube-controller-manager', managerArgs(folder, kubeconfig), folder)
      parts.push(manager)
      const account = '/api/v1/namespaces/default/serviceaccounts/default'
      await until('the controllers are at work', async () => (await send('GET', account)).status === 200)
      return async () => {
        await manager.stop()
        parts.splice(parts.indexOf(manager), 1)
      }
    }
    if (options.controllers) await startControllers()
    const requestAs = (bearer: string) => sender(server, ca, bearer)
    const restartServer = async () => {
      const at = parts.findIndex(({ name }) => name === 'kube-apiserver')
      await parts[at]?.stop()
      parts[at] = startPart('kube-apiserver', serverArgs, folder)
      await until('the API server is ready again', async () => (await send('GET', '/readyz')).status === 200)
    }
    return {
      server,
      ca,
      token,
      kubeconfig,
      request: send,
      requestAs,
      etcd: `http://127.0.0.1:${clients}`,
      startControllers,
      restartServer,
      stop,
      unref: () => {
        for (const part of parts) part.unref()
        process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
      },
    }
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
    '--allow-privileged=true',
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

function kubeconfigOf(server: string, ca: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'test', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  })
}

async function wait(
  parts: readonly Part[],
  deadline: number,
  what: string,
  done: () => boolean | Promise<boolean>,
): Promise<void> {
  for (; Date.now() < deadline; await sleep(100)) {
    const ended = parts.find((part) => !part.running())
    if (ended !== undefined) throw new Error(`${ended.name} ended before ${what}:\n${ended.said()}`)
    try {
      if (await done()) return
    } catch (error) {
      if (!isNotYet(error)) throw error
    }
  }
  const said = parts.map((part) => `${part.name} says:\n${part.said()}`)
  throw new Error([`waited ${patience / 1000} s in vain until ${what}`, ...said].join('\n'))
}

function isNotYet(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET' || error.code === 'ETIMEDOUT')
  )
}

function sender(server: string, ca: string, bearer: string): Request {
  const agent = new Agent({ ca, keepAlive: false })
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const content = method === 'PATCH' ? patchType(path, body) : 'application/json'
      const headers = { authorization: `Bearer ${bearer}`, 'content-type': content }
      const timeout = patienceWithOneRequest
      const outgoing = request(`${server}${path}`, { method, agent, headers, timeout }, (response) => {
        const status = response.statusCode ?? 0
        text(response).then((answer) => resolve({ status, body: parseBody(answer) }), reject)
      })
      outgoing.on('error', reject)
      outgoing.on('timeout', () => {
        const message = `${method} ${path} was not answered within ${timeout / 1000} s`
        outgoing.destroy(Object.assign(new Error(message), { code: 'ETIMEDOUT' }))
      })
      outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    })
}

/** A list is a JSON patch; a patch with a field manager is applied by the server. */
function patchType(path: string, body: unknown): string {
  if (Array.isArray(body)) return 'application/json-patch+json'
  return path.includes('fieldManager=') ? 'application/apply-patch+yaml' : 'application/merge-patch+json'
}

function parseBody(answer: string): unknown {
  return answer.startsWith('{') ? JSON.parse(answer) : answer
}
