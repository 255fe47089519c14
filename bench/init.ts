// Measures the cost of init at the start of a pod. Compares it with a Node process that does nothing, with a Go program on
// aws-sdk-go-v2 that does the same, and with variants that were tried. All run alternately in one run, against an instant
// server and moto. Prints tables, and draws docs/plots/init-time.svg and thousand-pods.svg.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FakeSsmServer, startFakeSsm } from '../runtime/fake-ssm/server.ts'
import { openSsmParameterStore } from '../runtime/store/ssm-parameter-store.ts'
import { secretValue } from '../runtime/secret-value.ts'
import { bundle, initFlags } from '../scripts/bundle.ts'
import { stageCached } from '../scripts/images/stage-context.ts'
import { findCommand } from '../scripts/tools/installed.ts'
import { makeLoopbackCertificate } from '../test/servers/loopback-certificate.ts'
import { startMoto } from '../test/servers/moto.ts'
import { startTlsTerminator } from '../test/servers/tls-terminator.ts'
import { goProgram } from './go-program.ts'
import { parameterNames, parameters, putParameters, valueOf, writeInitInputs } from './init-inputs.ts'
import { machine } from './machine.ts'
import { memoryFolder } from './memory-folder.ts'
import { measureCommand, type Measurement } from './measure-command.ts'
import { simulateInits } from '../test/init/simulate-inits.ts'
import { plotSimulations } from './simulations-plot.ts'
import { formatSimulations } from './simulations-table.ts'
import { formatStartGrowth, plotStartGrowth, type StartsOfSize } from './start-growth.ts'
import { formatStarts, type Start } from './starts-table.ts'

const rounds = Number(process.env['ROUNDS'] ?? 21)
const folder = mkdtempSync(join(memoryFolder(), 'kees-bench-'))
const path = (name: string) => join(folder, name)
const plots = join(import.meta.dirname, '..', 'docs', 'plots')
const dist = join(import.meta.dirname, '..', 'dist', 'init')
/** As in its image: with the code cache and the flags. */
const imageInit = path('bin/init')
const init = [process.execPath, ...initFlags, imageInit]

type Tools = { readonly measurer: string; readonly goFetch: string }

const go = findCommand('go')
if (go === undefined) {
  say('the benchmark compares with a program in Go: it needs the command go, which is not on the PATH')
  process.exitCode = 1
} else {
  const server = await startFakeSsm()
  const moto = await startMoto()
  try {
    putParameters(server.put)
    await fill(moto.endpoint)
    const tools = await prepare(go)
    await compare(tools, server, moto.endpoint)
    await grow(tools, server)
    await simulate()
  } finally {
    await moto.stop()
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

async function prepare(client: string): Promise<Tools> {
  const measurer = await goProgram(client, 'measure-command', say)
  const goFetch = await goProgram(client, 'fetch-parameters', say)
  writeFileSync(path('empty'), '')
  // Copied to an empty folder, as users run it, outside this package of ES modules.
  copyFileSync(dist, path('init'))
  await stageCached(folder, 'init', readFileSync(dist, 'utf8'), [process.execPath])
  return { measurer, goFetch }
}

type Way = {
  readonly title: string
  readonly command: readonly string[]
  readonly endpoint?: string
  readonly shapes?: 'all shapes'
  readonly env?: NodeJS.ProcessEnv
}

async function compare({ goFetch, measurer }: Tools, server: FakeSsmServer, moto: string): Promise<void> {
  const sdk = await bundle({ name: 'init-with-sdk', entryPoint: 'bench/init-with-sdk.ts', runs: 'in pods' })
  writeFileSync(path('init-with-sdk'), sdk.text)
  const { environment, checkFile } = writeInitInputs(folder)
  const certificate = makeLoopbackCertificate(folder)
  const tls = await startTlsTerminator(certificate, Number(new URL(server.endpoint).port))
  const overTls = `https://localhost:${tls.port}`

  const instant = server.endpoint
  const ways: readonly Way[] = [
    { title: '`node -e 0`', command: [process.execPath, '-e', '0'] },
    { title: 'init, instant server', command: init, endpoint: instant },
    {
      title: 'init with five JSON keys, files and variables, instant server',
      command: init,
      endpoint: instant,
      shapes: 'all shapes',
    },
    {
      title: 'init without its code cache, instant server',
      command: [process.execPath, ...initFlags, path('init')],
      endpoint: instant,
    },
    { title: 'Go, instant server', command: [goFetch], endpoint: instant },
    {
      title: 'init, TLS',
      command: init,
      endpoint: overTls,
      env: { NODE_EXTRA_CA_CERTS: certificate.file },
    },
    { title: 'Go, TLS', command: [goFetch], endpoint: overTls, env: { SSL_CERT_FILE: certificate.file } },
    { title: 'init, moto', command: init, endpoint: moto },
    { title: 'Go, moto', command: [goFetch], endpoint: moto },
    {
      title: "through the SDK's client, instant server",
      command: [process.execPath, path('init-with-sdk')],
      endpoint: instant,
    },
  ]
  const measured = ways.map(({ title }): Start & { all: Measurement[]; firstCalls: number[] } => ({
    title,
    all: [],
    firstCalls: [],
    calls: undefined,
  }))
  for (let round = -1; round < rounds; round++) {
    if (round >= 0) say(`round ${round + 1} of ${rounds}`)
    for (const [index, { command, endpoint, shapes = 'lines', env }] of ways.entries()) {
      const [before, start] = [server.calls.length, Date.now()]
      const one = await measureCommand(measurer, command, path('empty'), path('stdout'), {
        ...environment(endpoint, shapes),
        ...env,
      })
      if (endpoint !== undefined) checkFile(shapes)
      const row = measured[index]
      // The first round fills the caches.
      if (row === undefined || round < 0) continue
      row.all.push(one)
      const first = server.calls[before]
      if (first === undefined) continue
      row.calls = server.calls.length - before
      row.firstCalls.push(first.at - start)
    }
  }
  tls.stop()
  process.stdout.write(`${machine()}; ${rounds} rounds\n\n${formatStarts(measured)}`)
}

/** How the cost grows with the number of parameters, of which a pod may declare 1,024. */
async function grow({ goFetch, measurer }: Tools, server: FakeSsmServer): Promise<void> {
  const programs = [
    ['init', init],
    ['Go', [goFetch]],
  ] as const
  const points: StartsOfSize[] = []
  for (const count of [10, 100, 1000]) {
    const names = parameterNames(count)
    putParameters(server.put, names)
    const { environment, checkFile } = writeInitInputs(folder, names)
    const measured = programs.map(([program, command]) => ({
      program,
      command,
      count,
      all: [] as Measurement[],
    }))
    for (let round = 0; round < Math.ceil(rounds / 3); round++) {
      say(`${count} parameters, round ${round + 1}`)
      for (const { command, all } of measured) {
        const env = environment(server.endpoint)
        all.push(await measureCommand(measurer, command, path('empty'), path('stdout'), env))
        checkFile()
      }
    }
    points.push(...measured)
  }
  process.stdout.write(`\n${formatStartGrowth(points)}`)
  writeFileSync(join(plots, 'init-time.svg'), plotStartGrowth(points))
}

/** Simulates a thousand pods that start at once, in virtual time, with the waiting times of init and the quota of AWS. */
async function simulate(): Promise<void> {
  const rows = []
  for (const [count, of] of [
    [10, 'parameters'],
    [25, 'parameters'],
    [25, 'keys of one parameter'],
    [50, 'parameters'],
  ] as const) {
    say(`simulating 1000 inits of ${count} ${of}`)
    const simulation = { inits: 1000, values: count, of, readsPerSecond: 40, deadline: 300_000, seed: 1 }
    rows.push({ simulation, inits: await simulateInits(simulation) })
  }
  process.stdout.write(`\n${formatSimulations(rows)}`)
  writeFileSync(join(plots, 'thousand-pods.svg'), plotSimulations(rows))
}

async function fill(endpoint: string): Promise<void> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const options = { region: 'eu-west-1', endpoint, credentials, requestTimeout: 20_000, maxAttempts: 3 }
  const store = openSsmParameterStore(options)
  for (const name of parameters) await store.replace(`/${name}`, secretValue(valueOf(name)))
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
