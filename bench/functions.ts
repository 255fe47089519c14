// What our functions cost beside one written in Go on kyaml's framework, on the same inputs, in one run: prints a table.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { withDirectoryLock } from '../scripts/directory-lock.mjs'
import { goInstall } from '../scripts/go-install.ts'
import { findCommand } from '../scripts/installed.ts'
import { goProgramFolder, toolCache } from '../scripts/tool-cache.ts'
import { type Comparison, formatComparisons } from './comparison.ts'
import { measureCommand } from './measure-command.ts'
import { resourceListOf } from './resource-list.ts'

const dist = join(import.meta.dirname, '..', 'dist')
const sizes = [
  { count: 100, runs: 15 },
  { count: 1000, runs: 9 },
  { count: 10_000, runs: 7 },
]
const shares = [
  { every: 10, share: '10 % annotated' },
  { every: 1, share: 'all annotated' },
]

const go = findCommand('go')
if (go === undefined) {
  say('the benchmark compares with a program in Go: it needs the command go, which is not on the PATH')
  process.exitCode = 1
} else await compareAll(go)

async function compareAll(client: string): Promise<void> {
  mkdirSync(toolCache(), { recursive: true })
  const kyaml = await built(client, 'kyaml-function')
  const measurer = await built(client, 'measure-command')
  const folder = mkdtempSync(join(tmpdir(), 'kees-bench-'))
  try {
    const comparisons: Comparison[] = []
    // As they are used: alone in a folder, not inside a package of ES modules.
    for (const program of ['inject-init', 'export-iam'])
      copyFileSync(join(dist, program), join(folder, program))
    const commandOf = (program: string) => [process.execPath, join(folder, program)]
    const compare = async (input: string, program: string, file: string, runs: number) => {
      const [ours, theirs]: [Comparison['ours'][number][], Comparison['theirs'][number][]] = [[], []]
      for (let run = 0; run < runs; run++) {
        say(`${program}, ${input}: run ${run + 1} of ${runs}`)
        ours.push(await measureCommand(measurer, commandOf(program), file, join(folder, 'ours.yaml')))
        theirs.push(await measureCommand(measurer, [kyaml], file, join(folder, 'theirs.yaml')))
      }
      comparisons.push({ input, bytes: statSync(file).size, program, ours, theirs })
    }
    for (const { count, runs } of sizes) {
      for (const { every, share } of shares) {
        const file = join(folder, 'input.yaml')
        writeFileSync(file, resourceListOf(count, every))
        await compare(`${count} Deployments, ${share}`, 'inject-init', file, runs)
      }
    }
    // The last that was injected is the largest, and all of it.
    const injected = join(folder, 'injected.yaml')
    await measureCommand(measurer, commandOf('inject-init'), join(folder, 'input.yaml'), injected)
    await compare('10000 Deployments, all injected', 'export-iam', injected, 7)
    process.stdout.write(`${machine()}\n\n${formatComparisons(comparisons)}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The path of a program that is made from a folder beside this file, once for each state of its source. */
async function built(client: string, name: string): Promise<string> {
  const source = join(import.meta.dirname, name)
  const folder = goProgramFolder(name, source)
  const program = join(folder, name)
  const onWait = (holder: number) => say(`${name}: waiting for process ${holder}, which is building it`)
  await withDirectoryLock(`${folder}.lock`, onWait, async () => {
    if (findCommand(name, folder) !== undefined) return
    say(`${name}: go builds it into ${folder}`)
    await goInstall(client, ['-C', source, '.'], folder)
  })
  return program
}

function machine(): string {
  const [cpu] = cpus()
  return `Node ${process.version}, ${process.platform} ${process.arch}, ${availableParallelism()} cores (${cpu?.model ?? 'unknown'})`
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
