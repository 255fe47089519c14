// Measures the cost of init at the start of a pod. Compares it with a Node process that does nothing, with a Go program on
// aws-sdk-go-v2 that does the same, and with variants that were tried. All run alternately in one run, against an instant
// server and moto. Prints tables, and draws docs/plots/thousand-pods.svg.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FakeSsmServer, startFakeSsm } from '../runtime/fake-ssm/server.ts'
import { openSsmParameterStore } from '../runtime/store/ssm-parameter-store.ts'
import { secretValue } from '../runtime/secret-value.ts'
import { bundle } from '../scripts/bundle.ts'
import { findCommand } from '../scripts/tools/installed.ts'
import { startMoto } from '../test/servers/moto.ts'
import { goProgram } from './go-program.ts'
import { parameters, putParameters, valueOf, writeInitInputs } from './init-inputs.ts'
import { machine } from './machine.ts'
import { memoryFolder } from './memory-folder.ts'
import { measureCommand, type Measurement } from './measure-command.ts'
import { simulateInits } from '../test/init/simulate-inits.ts'
import { plotSimulations } from './simulations-plot.ts'
import { formatSimulations } from './simulations-table.ts'
import { formatStarts, type Start } from './starts-table.ts'

const rounds = Number(process.env['ROUNDS'] ?? 21)
const folder = mkdtempSync(join(memoryFolder(), 'kees-bench-'))
const path = (name: string) => join(folder, name)
const plots = join(import.meta.dirname, '..', 'docs', 'plots')

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
    await compare(go, server, moto.endpoint)
    await simulate()
  } finally {
    await moto.stop()
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

async function compare(client: string, server: FakeSsmServer, moto: string): Promise<void> {
  const measurer = await goProgram(client, 'measure-command', say)
  const goFetch = await goProgram(client, 'fetch-parameters', say)
  // Copied to an empty folder, as users run them, outside this package of ES modules.
  copyFileSync(join(import.meta.dirname, '..', 'dist', 'init'), path('init'))
  const sdk = await bundle({ name: 'init-with-sdk', entryPoint: 'bench/init-with-sdk.ts', runs: 'in pods' })
  writeFileSync(path('init-with-sdk'), sdk.text)
  writeFileSync(path('empty'), '')
  const { environment, checkFile } = writeInitInputs(folder)

  const node = process.execPath
  const cached = { NODE_COMPILE_CACHE: path('compile-cache') }
  const ways: readonly (readonly [
    title: string,
    command: readonly string[],
    endpoint: string | undefined,
    env?: NodeJS.ProcessEnv,
  ])[] = [
    ['`node -e 0`', [node, '-e', '0'], undefined],
    ['init, instant server', [node, path('init')], server.endpoint],
    [
      'init with five JSON keys, files and variables, instant server',
      [node, path('init')],
      server.endpoint,
      environment(server.endpoint, 'all shapes'),
    ],
    ['Go, instant server', [goFetch], server.endpoint],
    ['init, moto', [node, path('init')], moto],
    ['Go, moto', [goFetch], moto],
    ['init with a compile cache, instant server', [node, path('init')], server.endpoint, cached],
    ["through the SDK's client, instant server", [node, path('init-with-sdk')], server.endpoint],
    [
      "through the SDK's client with a compile cache, instant server",
      [node, path('init-with-sdk')],
      server.endpoint,
      cached,
    ],
  ]
  const measured = ways.map(([title]): Start & { all: Measurement[] } => ({
    title,
    all: [],
    calls: undefined,
  }))
  for (let round = -1; round < rounds; round++) {
    if (round >= 0) say(`round ${round + 1} of ${rounds}`)
    for (const [index, [, command, endpoint, env]] of ways.entries()) {
      const before = server.calls.length
      const one = await measureCommand(measurer, command, path('empty'), path('stdout'), {
        ...environment(endpoint),
        ...env,
      })
      if (endpoint !== undefined) checkFile(env?.['ANNOTATIONS_FILE'] === undefined ? 'lines' : 'all shapes')
      const row = measured[index]
      if (row && endpoint === server.endpoint) row.calls = server.calls.length - before
      // The first round fills the caches.
      if (round >= 0) row?.all.push(one)
    }
  }
  process.stdout.write(`${machine()}; ${rounds} rounds\n\n${formatStarts(measured)}`)
}

/** Simulates a thousand pods that start at once, in virtual time, with the waiting times of init and the quota of AWS. */
async function simulate(): Promise<void> {
  const rows = []
  for (const count of [10, 25, 50]) {
    say(`simulating 1000 inits of ${count} parameters`)
    const simulation = { inits: 1000, parameters: count, readsPerSecond: 40, deadline: 300_000, seed: 1 }
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
