/** The programs for pods when nobody reads their log any more, or its disk is full: they do their work, and it is no bug of theirs. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { eventually } from '../programs/eventually.ts'
import { dist } from '../programs/programs.ts'
import { untapped } from '../programs/untapped.ts'
import { freePorts } from '../servers/free-ports.ts'

/** Starts a program whose log goes to a reader that has ended, or to a full disk. */
function start(
  t: Test,
  log: 'closed' | 'full',
  [program, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
) {
  const full = log === 'full' ? openSync('/dev/full', 'w') : 'pipe'
  const child = spawn(...untapped(join(dist, program), args), {
    env: { PATH: process.env['PATH'], LOG_LEVEL: 'debug', ...env },
    stdio: ['ignore', 'pipe', full],
  })
  if (typeof full === 'number') closeSync(full)
  child.stdout?.destroy()
  child.stderr?.destroy()
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

const podOf = (t: Test) => {
  const folder = t.testdir({
    annotations: formatAnnotationsFile([['secret.bsycorp.com/a', 'kind=REFERENCE,type=PASSWORD']]),
    out: {},
  })
  return {
    secret: join(folder, 'out', 'secret'),
    env: {
      ANNOTATIONS_FILE: join(folder, 'annotations'),
      SECRETS_FILE: join(folder, 'out', 'secret'),
      REFERENCE_WAIT: '1s',
      LISTEN: 'off',
    },
    kubeconfig: join(folder, 'kubeconfig'),
    store: join(folder, 'store'),
  }
}
const unreachable = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'fakesecret',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
}

for (const log of ['closed', 'full'] as const) {
  t.test(`log ${log}`, async (t) => {
    const { env, secret, store, kubeconfig } = podOf(t)
    const bad = start(t, log, ['init'], { ...env, ...unreachable, DEADLINE: '2s' })
    t.strictSame(await once(bad, 'exit'), [5, null])
    mkdirSync(store, { mode: 0o700 })
    writeFileSync(join(store, '%2Fa'), 'fakepassword', { mode: 0o600 })
    const good = start(t, log, ['init'], { ...env, KEES_STORE: `file:${store}` })
    t.strictSame(await once(good, 'exit'), [0, null])
    t.equal(readFileSync(secret, 'utf8'), 'a=fakepassword\n')
    // Of two kinds of streams, the second only here: it is the same listener.
    if (log === 'full') return

    const [ofSidecar = 0, ofCreator = 0] = await freePorts(2)
    const config = {
      clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }
    writeFileSync(kubeconfig, JSON.stringify(config))
    const sidecar = start(t, log, ['init', '--refresh', '1s'], {
      ...env,
      ...unreachable,
      DEADLINE: '1s',
      LISTEN: `127.0.0.1:${ofSidecar}`,
    })
    const creator = start(t, log, ['creator'], {
      ...unreachable,
      ALLOW_ALL_PREFIXES: 'true',
      LEADER_ELECTION: 'false',
      KUBECONFIG: kubeconfig,
      LISTEN: `127.0.0.1:${ofCreator}`,
    })
    const counted = async (port: number, metric: RegExp) => {
      const response = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined)
      return Number(metric.exec((await response?.text()) ?? '')?.[1] ?? 0)
    }
    await eventually(
      'several refreshes failed',
      async () => (await counted(ofSidecar, /result="failed"\} (\d+)/)) > 1,
    )
    await eventually(
      'several lists failed',
      async () => (await counted(ofCreator, /list_errors_total\{code="UNREACHABLE"\} (\d+)/)) > 1,
    )
    for (const child of [sidecar, creator]) {
      t.equal(child.exitCode, null)
      child.kill('SIGTERM')
      t.strictSame(await once(child, 'exit'), [0, null])
    }
  })
}
