// `npm run bench:compare -- REV`: runs the programs of the work tree and of another revision alternately on the same inputs, and prints the ratios.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findCommand } from '../scripts/tools/installed.ts'
import { compareCase } from './compare-case.ts'
import { startCases } from './compare-cases.ts'
import { goProgram } from './go-program.ts'
import { machine } from './machine.ts'
import { memoryFolder } from './memory-folder.ts'
import { type ComparedCase, formatRatios } from './ratios-table.ts'
import { buildRevision } from './revision.ts'

const root = join(import.meta.dirname, '..')
const usage = `Usage: npm run bench:compare -- REV [--only=PATTERN] [--deployments=N] [--rounds=N] [--node=PATH]

  REV            the revision of this repository to compare with, such as HEAD^ or a commit
  --only         only the rows whose title matches this regular expression
  --deployments  the size of the inputs, 100 and 1000 by default
  --rounds       how often each row is measured, 15 by default
  --node         the Node that runs the programs, the pinned one by default
`

type Options = {
  readonly revision: string
  readonly only: RegExp
  readonly sizes: readonly number[]
  readonly rounds: number
  readonly node: string
}

function readOptions(): Options | string {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        only: { type: 'string', default: '' },
        deployments: { type: 'string', multiple: true, default: ['100', '1000'] },
        rounds: { type: 'string', default: '15' },
        node: { type: 'string', default: process.execPath },
      },
    })
    const [revision, ...others] = positionals
    if (revision === undefined || others.length > 0) return 'one revision is required'
    const numbers = [values.rounds, ...values.deployments]
    const wrong = numbers.find((text) => !/^[1-9]\d{0,4}$/.test(text))
    if (wrong !== undefined) return `"${wrong}" is not a number from 1 to 99999`
    const [rounds = 0, ...sizes] = numbers.map(Number)
    return { revision, only: new RegExp(values.only), sizes, rounds, node: values.node }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function main({ revision, only, sizes, rounds, node }: Options, go: string): Promise<void> {
  const { commit, dist } = buildRevision(root, revision, say)
  const measurer = await goProgram(go, 'measure-command', say)
  const folder = mkdtempSync(join(memoryFolder(), 'kees-compare-'))
  const dists = { now: join(root, 'dist'), before: dist }
  const { cases, stop } = await startCases({ folder, dists, sizes, node, measurer })
  try {
    const rows: ComparedCase[] = []
    for (const one of cases.filter(({ title }) => only.test(title))) {
      say(one.title)
      rows.push(await compareCase(one, { folder, rounds, measurer, say }))
    }
    const what = `${rounds} rounds; compared with commit ${commit.slice(0, 7)}`
    process.stdout.write(`${machine()}; ${what}\n\n${formatRatios(rows)}`)
    if (rows.some(({ output }) => output === 'failed')) process.exitCode = 1
    if (rows.some(({ output }) => output === 'the other revision failed'))
      say(
        'a row cannot be compared if the other revision does not support its input, such as "all shapes" before TEXT',
      )
  } finally {
    await stop()
    rmSync(folder, { recursive: true })
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

const options = readOptions()
const go = findCommand('go')
if (typeof options === 'string') {
  say(`error: ${options}\n\n${usage}`)
  process.exitCode = 2
} else if (go === undefined) {
  say('error: the command go, which builds the program that measures, is not on the PATH')
  process.exitCode = 1
} else await main(options, go)
