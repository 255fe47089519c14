/**
 * Everything that a creator talks to, with faults that the test turns on and off: an API server behind a load balancer, a
 * Parameter Store behind TLS, STS, and connections that can be cut, go silent, or end in an alert of TLS.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Fault, faultsByChance, internalError } from '../../runtime/fake-ssm/faults.ts'
import { type FakeSsmServer, startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { eventually } from '../programs/eventually.ts'
import { startApiFront } from '../servers/api-front.ts'
import { type ControlPlane, startControlPlane } from '../servers/control-plane.ts'
import { type FakeSts, startFakeSts, type StsError } from '../servers/fake-sts.ts'
import { makeLoopbackCertificate } from '../servers/loopback-certificate.ts'
import { startSmallApiServer } from '../servers/small-api-server.ts'
import { startTcpProxy, type TcpProxy } from '../servers/tcp-proxy.ts'
import { startTlsTerminator } from '../servers/tls-terminator.ts'
import type { KeptCreator } from './keep-creator.ts'

type Outage = (creator: Pick<KeptCreator, 'starts' | 'metrics'>) => Promise<void>

type FaultyWorld = {
  readonly plane: Pick<ControlPlane, 'request' | 'restartServer'>
  readonly ssm: FakeSsmServer
  readonly sts: FakeSts
  /** Of the creator. */
  readonly env: Readonly<Record<string, string>>
  /** Each ends after it was noticed. */
  readonly ofApi: Readonly<Record<string, Outage>>
  readonly ofStore: Readonly<Record<string, Outage>>
  readonly freezeApi: (milliseconds: number) => Promise<void>
  /** No faults by chance any more. */
  readonly calm: () => void
  /** How many calls to the store were spoilt. */
  readonly spoilt: () => number
  readonly stop: () => Promise<void>
}

const page = '<html><body>Bad gateway</body></html>'
const refused: Fault = { kind: 'error', status: 400, type: 'ExpiredTokenException' }
const disabledKey: Fault = {
  kind: 'error',
  status: 400,
  type: 'InvalidKeyId',
  message: 'arn:aws:kms:eu-west-1:111122223333:key/1234 is disabled. (Service: AWSKMS; Status Code: 400)',
}
const byChance: readonly (readonly [rate: number, fault: Fault])[] = [
  [0.3, { kind: 'error', status: 400, type: 'ThrottlingException' }],
  [0.05, internalError],
  [0.02, { kind: 'answer lost' }],
  [0.02, { kind: 'reset' }],
  [0.01, { kind: 'hang' }],
  [0.02, refused],
  ...[200, 403, 503].map((status) => [0.01, { kind: 'malformed', body: page, status }] as const),
]

/** @param real a real API server, which takes some seconds to start, and to restart. */
export async function startFaultyWorld(folder: string, seed: number, real: boolean): Promise<FaultyWorld> {
  const certificate = makeLoopbackCertificate(folder)
  const chance = faultsByChance(seed, byChance)
  let [isCalm, spoilt] = [false, 0]
  /** Of the store: access keys up to this one are revoked; how many calls used them; a fault that lasts. */
  let [revoked, refusedKeys] = [0, 0]
  let lasting: { readonly fault: Fault; readonly action?: string; times: number } | undefined
  const fault: NonNullable<Parameters<typeof startFakeSsm>[0]>['fault'] = ({ accessKeyId, action }) => {
    const isRevoked = Number(accessKeyId.replace('AKID', '')) <= revoked
    const lasts = lasting && (lasting.action === undefined || lasting.action === action) ? lasting : undefined
    if (isRevoked) refusedKeys++
    if (lasts) lasts.times++
    const one = isRevoked ? refused : (lasts?.fault ?? (isCalm ? undefined : chance()))
    if (one) spoilt++
    return one
  }
  const denied = ({ action, name }: { readonly action: string; readonly name: string }) =>
    action === 'ssm:PutParameter' && name.includes('denied')
  const [plane, ssm, sts] = await Promise.all([
    real ? startControlPlane() : startSmallApiServer(),
    startFakeSsm({ fault, denied, lag: 2000 }),
    startFakeSts(),
  ])
  const front = await startApiFront(certificate, plane)
  const tls = await startTlsTerminator(certificate, Number(new URL(ssm.endpoint).port))
  const [toApi, toStore] = [await startTcpProxy(front.port), await startTcpProxy(tls.port)]
  const [kubeconfig, token] = [join(folder, 'kubeconfig'), join(folder, 'token')]
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'c',
          cluster: { server: `https://127.0.0.1:${toApi.port}`, 'certificate-authority': certificate.file },
        },
      ],
      users: [{ name: 'u', user: { token: 'token' in plane ? plane.token : 'of-a-test' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  )
  writeFileSync(token, 'faketoken')

  const alert = async (proxy: TcpProxy) => {
    const before = proxy.connections()
    proxy.alert()
    await eventually('a connection ended in an alert', () => proxy.connections() > before)
    proxy.accept()
  }
  const answerInPlace = async (mode: 'expired' | 'one frame' | 'html') => {
    const before = front.answered()
    front.set(mode)
    await eventually('another server answered', () => front.answered() > before + 1)
    front.set('pass')
  }
  const spoil = async (one: Fault, action?: string) => {
    const now = { fault: one, times: 0, ...(action === undefined ? {} : { action }) }
    lasting = now
    await eventually('a call was spoilt', () => now.times > 0)
    lasting = undefined
  }
  /**
   * New credentials are needed while the token is being written: the creator goes on with those that are refused. One
   * that has none, because it has just started, calls nothing.
   */
  const emptyToken: Outage = async ({ starts, metrics }) => {
    const lacking = async () =>
      [...(await metrics()).matchAll(/store_errors_total\{[^}]*"CREDENTIALS_MISSING"\} (\d+)/g)]
        .map(([, count]) => Number(count))
        .reduce((sum, count) => sum + count, 0)
    const [started, lacked] = [starts(), await lacking()]
    writeFileSync(token, '')
    const [before, refusals] = [sts.given(), refusedKeys]
    revoked = before
    await eventually(
      'calls with the old credentials were refused, or there are none',
      async () => refusedKeys > refusals + 2 || starts() > started || (await lacking()) > lacked,
    )
    writeFileSync(token, 'faketoken')
    await eventually('new credentials are in use', () => sts.given() > before)
  }
  const revoke = async (errors: readonly StsError[]) => {
    const before = sts.given()
    revoked = before
    sts.fail(errors)
    await eventually('new credentials are in use', () => sts.given() > before)
  }
  return {
    plane,
    ssm,
    sts,
    env: {
      KUBECONFIG: kubeconfig,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_SSM: `https://localhost:${toStore.port}`,
      AWS_ENDPOINT_URL_STS: sts.endpoint,
      AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/creator',
      AWS_WEB_IDENTITY_TOKEN_FILE: token,
      NODE_EXTRA_CA_CERTS: certificate.file,
    },
    ofApi: {
      'cut connections': async () => toApi.cut(),
      'TLS alerts': () => alert(toApi),
      'watches that are expired at once': () => answerInPlace('expired'),
      'watches that end after one frame': () => answerInPlace('one frame'),
      'pages in place of the API server': () => answerInPlace('html'),
    },
    ofStore: {
      'cut connections': async () => toStore.cut(),
      'TLS alerts': () => alert(toStore),
      'revoked credentials': () => revoke([]),
      'revoked credentials, STS without its identity provider': () =>
        revoke(['no contact to the identity provider', 'a page of a proxy']),
      'an empty token file': emptyToken,
      'a disabled KMS key': () => spoil(disabledKey, 'PutParameter'),
      'pages in place of the store': () => spoil({ kind: 'malformed', body: page, status: 403 }),
    },
    freezeApi: async (milliseconds) => {
      toApi.freeze()
      await sleep(milliseconds)
      toApi.thaw()
    },
    calm: () => (isCalm = true),
    spoilt: () => spoilt,
    stop: async () => {
      await Promise.all([toApi.stop(), toStore.stop()])
      front.stop()
      tls.stop()
      sts.stop()
      await Promise.all([plane.stop(), ssm.stop()])
    },
  }
}
