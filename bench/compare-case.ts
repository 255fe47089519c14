import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Case, Side } from './compare-cases.ts'
import { measureCommand, type Measurement } from './measure-command.ts'
import type { ComparedCase, Pair } from './ratios-table.ts'

type Setting = {
  readonly folder: string
  readonly rounds: number
  readonly measurer: string
  readonly say: (line: string) => void
}

/** Runs both sides of a case by turns; which one is first alternates. A round before the first is not counted. */
export async function compareCase(
  { title, command, writeInput, env, check }: Case,
  { folder, rounds, measurer, say }: Setting,
): Promise<ComparedCase> {
  const input = join(folder, 'input')
  const output = (side: Side) => join(folder, `output-${side}`)
  const pairs: Pair[] = []
  const running: { side: Side } = { side: 'before' }
  const measure = async (side: Side): Promise<Measurement> => {
    running.side = side
    const measurement = await measureCommand(measurer, command(side), input, output(side), env)
    check?.()
    return measurement
  }
  try {
    await writeInput(input)
    for (let round = 0; round <= rounds; round++) {
      const sides: readonly Side[] = round % 2 === 0 ? ['now', 'before'] : ['before', 'now']
      const pair: Partial<Record<Side, Measurement>> = {}
      for (const side of sides) pair[side] = await measure(side)
      if (round > 0 && pair.now && pair.before) pairs.push({ now: pair.now, before: pair.before })
    }
  } catch (error) {
    say((error instanceof Error ? error.message : String(error)).slice(0, 1000))
    // The other revision may lack what this case needs.
    return { title, pairs: [], output: running.side === 'now' ? 'failed' : 'the other revision failed' }
  }
  const same = readFileSync(output('now')).equals(readFileSync(output('before')))
  return { title, pairs, output: same ? 'same' : 'differs' }
}
