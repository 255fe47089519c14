// Compares the cost of the functions with that of a Go function on kyaml's framework, on the same inputs in one run. Prints a table.
import { copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findCommand } from '../scripts/tools/installed.ts'
import { type Comparison, formatComparisons } from './comparison.ts'
import { goProgram } from './go-program.ts'
import { machine } from './machine.ts'
import { measureCommand } from './measure-command.ts'
import { resourceListOf, type Shape } from './resource-list.ts'

const shapes: readonly Shape[] = ['kustomize', 'kpt', 'plain']
const dist = join(import.meta.dirname, '..', 'dist')
const sizes = [
  { count: 100, runs: 15 },
  { count: 1000, runs: 9 },
  { count: 10_000, runs: 7 },
]
/** A hundred Deployments with one role declare 300 parameters, which need several policies. */
const exports = [
  { count: 100, roles: 'annotations', title: '', runs: 15 },
  { count: 1000, roles: 'annotations', title: '', runs: 9 },
  { count: 10_000, roles: 'annotations', title: '', runs: 7 },
  { count: 10_000, roles: 'shared', title: ', a role for 100', runs: 3 },
  { count: 10_000, roles: 'accounts', title: ', with ServiceAccounts', runs: 3 },
] as const
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
  const kyaml = await goProgram(client, 'kyaml-function', say)
  const measurer = await goProgram(client, 'measure-command', say)
  const folder = mkdtempSync(join(tmpdir(), 'kees-bench-'))
  try {
    const comparisons: Comparison[] = []
    // Copied to an empty folder, as users run them, outside this package of ES modules.
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
    const [file, injected] = [join(folder, 'input.yaml'), join(folder, 'injected.yaml')]
    for (const shape of shapes) {
      for (const { count, runs } of sizes) {
        for (const { every, share } of shares) {
          writeFileSync(file, resourceListOf({ count, every, shape }))
          await compare(`${count} Deployments, ${shape}, ${share}`, 'inject-init', file, runs)
        }
      }
    }
    for (const { count, roles, title, runs } of exports) {
      writeFileSync(file, resourceListOf({ count, every: 1, shape: 'kpt', roles }))
      await measureCommand(measurer, commandOf('inject-init'), file, injected)
      await compare(`${count} Deployments, all injected${title}`, 'export-iam', injected, runs)
    }
    process.stdout.write(`${machine()}\n\n${formatComparisons(comparisons)}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
