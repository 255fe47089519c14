// Compares the cost of the functions with that of a Go function on kyaml's framework, on the same inputs in one run. Prints tables, and draws
// docs/plots/functions-time.svg and functions-memory.svg. As all of it takes long, a run may measure a part of the rows, and adds those that were
// measured before at the same commit, in the same way. --write replaces the tables in docs/performance.md.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makeExecutable } from '../scripts/executables/make-executable.ts'
import { platformOf } from '../scripts/executables/platforms.ts'
import { stageCached } from '../scripts/images/stage-context.ts'
import { sourceCommit } from '../scripts/source-commit.ts'
import { findCommand } from '../scripts/tools/installed.ts'
import { type Comparison, formatComparisons } from './comparison.ts'
import { type FunctionCase, functionCases } from './function-cases.ts'
import { goProgram } from './go-program.ts'
import { formatGoals } from './function-goals.ts'
import { formatGrowth, plotGrowth } from './growth.ts'
import { machine } from './machine.ts'
import { measureCommand } from './measure-command.ts'
import { writeBetweenMarkers } from './write-between-markers.ts'

const root = join(import.meta.dirname, '..')
const document = join(root, 'docs', 'performance.md')
const names = ['inject-init', 'export-iam', 'kees'] as const

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    runs: { type: 'string' },
    node: { type: 'string' },
    executable: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
/** What runs the programs: part of the names of the tables and of the file with the rows. */
const runner = values.executable ? 'executable' : values.node === undefined ? 'functions' : 'node'
const kept = join(root, '.tap', `bench-${runner}.json`)
const go = findCommand('go')
if (go === undefined) {
  say('the benchmark compares with a program in Go: it needs the command go, which is not on the PATH')
  process.exitCode = 1
} else if (values.executable && values.node !== undefined) {
  say('an executable has its own Node: --executable and --node exclude each other')
  process.exitCode = 2
} else
  await compareAll(go, new RegExp(values.only), values.runs === undefined ? Infinity : Number(values.runs))

/** @param only the rows whose title matches. @param most runs of each. */
async function compareAll(client: string, only: RegExp, most: number): Promise<void> {
  const kyaml = await goProgram(client, 'kyaml-function', say)
  const measurer = await goProgram(client, 'measure-command', say)
  const folder = mkdtempSync(join(tmpdir(), 'kees-bench-'))
  try {
    const commandOf = values.executable
      ? await executables(folder)
      : values.node === undefined
        ? await inImages(folder)
        : programs(folder, values.node)
    const compare = async ({ input, program, args, count, runs, writeInput }: FunctionCase) => {
      const [file, list] = [join(folder, 'input.yaml'), join(folder, 'list.yaml')]
      await writeInput(file, async (text) => {
        writeFileSync(list, text)
        await measureCommand(measurer, commandOf('inject-init'), list, file)
      })
      const [ours, theirs]: [Comparison['ours'][number][], Comparison['theirs'][number][]] = [[], []]
      for (let run = 0; run < Math.min(runs, most); run++) {
        say(`${titleOf({ program, count, input })}: run ${run + 1}`)
        ours.push(
          await measureCommand(measurer, [...commandOf(program), ...args], file, join(folder, 'ours')),
        )
        theirs.push(await measureCommand(measurer, [kyaml], file, join(folder, 'theirs')))
      }
      return { input, count, program, bytes: statSync(file).size, ours, theirs }
    }
    const rows = readKept()
    for (const one of functionCases.filter((each) => only.test(titleOf(each)))) {
      rows.set(titleOf(one), await compare(one))
      keep(rows)
    }
    const all = functionCases.flatMap((one) => rows.get(titleOf(one)) ?? [])
    const goals = formatGoals(all, runner === 'functions' ? 1 : 2)
    const table = `${runsOn()}\n\n${formatComparisons(all)}\n${goals}`
    process.stdout.write(`${table}\n${formatGrowth(all)}`)
    if (values.write) {
      writeBetweenMarkers(document, runner, table)
      if (runner === 'functions') writeBetweenMarkers(document, 'growth', formatGrowth(all))
    }
    if (runner !== 'functions') return
    const plots = join(root, 'docs', 'plots')
    writeFileSync(join(plots, 'functions-time.svg'), plotGrowth(all, 'wallSeconds'))
    writeFileSync(join(plots, 'functions-memory.svg'), plotGrowth(all, 'peakBytes'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The functions as in their images, with a code cache and this Node; kees, which has no image, as a program of dist/. */
async function inImages(folder: string): Promise<(program: string) => string[]> {
  const starts = new Map<string, string>()
  for (const program of ['inject-init', 'export-iam'] as const) {
    const text = readFileSync(join(root, 'dist', program), 'utf8')
    starts.set(program, await stageCached(join(folder, 'image'), program, text, [process.execPath]))
  }
  const others = programs(folder, process.execPath)
  return (program) => {
    const start = starts.get(program)
    return start === undefined ? others(program) : [process.execPath, start]
  }
}

/** The programs of dist/, copied to an empty folder, as users run them, outside this package of ES modules. */
function programs(folder: string, node: string): (program: string) => string[] {
  for (const program of names) copyFileSync(join(root, 'dist', program), join(folder, program))
  return (program) => [node, join(folder, program)]
}

/** The standalone executable of this platform, by the names of the programs. */
async function executables(folder: string): Promise<(program: string) => string[]> {
  const platform = platformOf(process)
  if (!platform) throw new Error(`there is no executable for ${process.platform} ${process.arch}`)
  const made = await makeExecutable(platform)
  for (const program of names) copyFileSync(made, join(folder, program))
  return (program) => [join(folder, program)]
}

/** The line above a table. */
function runsOn(): string {
  if (runner === 'executable') return `Standalone executables. ${machine()}`
  if (values.node === undefined) return `The functions as in their images, kees as a file. ${machine()}`
  return machine(execFileSync(values.node, ['--version'], { encoding: 'utf8' }).trim())
}

function titleOf({ program, count, input }: Pick<FunctionCase, 'program' | 'count' | 'input'>): string {
  return `${program}, ${count} Deployments, ${input}`
}

type Kept = { readonly measured: string; readonly rows: readonly (readonly [string, Comparison])[] }

/** The rows of the same commit and Node. */
function readKept(): Map<string, Comparison> {
  if (!existsSync(kept)) return new Map()
  const { measured, rows }: Kept = JSON.parse(readFileSync(kept, 'utf8'))
  return new Map(measured === measuredNow() ? rows : [])
}

function keep(rows: ReadonlyMap<string, Comparison>): void {
  mkdirSync(join(root, '.tap'), { recursive: true })
  const all: Kept = { measured: measuredNow(), rows: [...rows] }
  writeFileSync(kept, JSON.stringify(all))
}

/** The plots and tables that a run writes are no change of the programs. */
function measuredNow(): string {
  return `${sourceCommit(root).replace(/-dirty$/, '')} ${values.node ?? ''}`
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
