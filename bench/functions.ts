// Compares the cost of the functions with that of a Go function on kyaml's framework, on the same inputs in one run. Prints tables, and draws
// docs/plots/functions-time.svg and functions-memory.svg. As all of it takes long, a run may measure a part of the rows, and adds those that were
// measured before at the same commit.
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
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sourceCommit } from '../scripts/source-commit.ts'
import { findCommand } from '../scripts/tools/installed.ts'
import { type Comparison, formatComparisons } from './comparison.ts'
import { type FunctionCase, functionCases } from './function-cases.ts'
import { goProgram } from './go-program.ts'
import { formatGrowth, plotGrowth } from './growth.ts'
import { machine } from './machine.ts'
import { measureCommand } from './measure-command.ts'

const root = join(import.meta.dirname, '..')
const kept = join(root, '.tap', 'bench-functions.json')

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, runs: { type: 'string' } },
})
const go = findCommand('go')
if (go === undefined) {
  say('the benchmark compares with a program in Go: it needs the command go, which is not on the PATH')
  process.exitCode = 1
} else
  await compareAll(go, new RegExp(values.only), values.runs === undefined ? Infinity : Number(values.runs))

/** @param only the rows whose title matches. @param most runs of each. */
async function compareAll(client: string, only: RegExp, most: number): Promise<void> {
  const kyaml = await goProgram(client, 'kyaml-function', say)
  const measurer = await goProgram(client, 'measure-command', say)
  const folder = mkdtempSync(join(tmpdir(), 'kees-bench-'))
  try {
    // Copied to an empty folder, as users run them, outside this package of ES modules.
    for (const program of ['inject-init', 'export-iam', 'kees'])
      copyFileSync(join(root, 'dist', program), join(folder, program))
    const commandOf = (program: string) => [process.execPath, join(folder, program)]
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
    process.stdout.write(`${machine()}\n\n${formatComparisons(all)}\n${formatGrowth(all)}`)
    const plots = join(root, 'docs', 'plots')
    writeFileSync(join(plots, 'functions-time.svg'), plotGrowth(all, 'wallSeconds'))
    writeFileSync(join(plots, 'functions-memory.svg'), plotGrowth(all, 'peakBytes'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function titleOf({ program, count, input }: Pick<FunctionCase, 'program' | 'count' | 'input'>): string {
  return `${program}, ${count} Deployments, ${input}`
}

type Kept = { readonly commit: string; readonly rows: readonly (readonly [string, Comparison])[] }

/** The rows of the same commit. */
function readKept(): Map<string, Comparison> {
  if (!existsSync(kept)) return new Map()
  const { commit, rows }: Kept = JSON.parse(readFileSync(kept, 'utf8'))
  return new Map(commit === commitNow() ? rows : [])
}

function keep(rows: ReadonlyMap<string, Comparison>): void {
  mkdirSync(join(root, '.tap'), { recursive: true })
  const all: Kept = { commit: commitNow(), rows: [...rows] }
  writeFileSync(kept, JSON.stringify(all))
}

/** The plots that a run draws are no change of the programs. */
function commitNow(): string {
  return sourceCommit(root).replace(/-dirty$/, '')
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
