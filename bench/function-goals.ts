/** Which goals the functions meet, as a table: ratios to the program in Go, and of `kees verify` to inject-init. */
import { type Comparison, median } from './comparison.ts'
import type { Measurement } from './measure-command.ts'

type Goal = {
  readonly title: string
  readonly program: string
  readonly count: number
  /** The end of the input, of any shape. */
  readonly input: string
  readonly wall: number
  readonly memory?: number
}

const goals: readonly Goal[] = [
  ...[
    { input: '10 % annotated', wall: 0.06, memory: 0.08 },
    { input: 'all annotated', wall: 0.25, memory: 0.2 },
  ].map((one) => ({
    title: `inject-init, 10,000 Deployments, ${one.input}`,
    program: 'inject-init',
    count: 10_000,
    ...one,
  })),
  { title: 'inject-init, 100 Deployments', program: 'inject-init', count: 100, input: '', wall: 1 },
  { title: 'export-iam, 10,000 Deployments', program: 'export-iam', count: 10_000, input: '', wall: 0.12 },
]

/** @param factor how much more is allowed of another Node than the pinned one. */
export function formatGoals(rows: readonly Comparison[], factor: number): string {
  const head = ['goal', 'wall time', 'measured', 'memory', 'measured', 'met']
  const cells = goals.flatMap(({ title, program, count, input, wall, memory }) => {
    const found = rows.filter(
      (row) => row.program === program && row.count === count && row.input.endsWith(input),
    )
    if (found.length === 0) return []
    const [times, sizes] = [ratios(found, 'wallSeconds'), ratios(found, 'peakBytes')]
    const isMet =
      times.every((one) => one <= wall * factor) &&
      (memory === undefined || sizes.every((one) => one <= memory * factor))
    const ofMemory = memory === undefined ? ['', ''] : [String(memory * factor), sizes.map(shown).join(', ')]
    return [[title, String(wall * factor), times.map(shown).join(', '), ...ofMemory, isMet ? 'yes' : 'no']]
  })
  const verify = rows.find(({ program, count }) => program === 'kees' && count === 10_000)
  const inject = rows.find(
    ({ program, count, input }) =>
      program === 'inject-init' && count === 10_000 && input === 'kpt, all annotated',
  )
  if (verify && inject) {
    const times = median(verify.ours, 'wallSeconds') / median(inject.ours, 'wallSeconds')
    const title = '`kees verify`, 10,000 Deployments, in times of inject-init'
    cells.push([title, '2', times.toFixed(1), '', '', times <= 2 ? 'yes' : 'no'])
  }
  if (cells.length === 0) return ''
  return [head, head.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |\n`).join('')
}

function ratios(rows: readonly Comparison[], key: keyof Measurement): number[] {
  return rows.map(({ ours, theirs }) => median(ours, key) / median(theirs, key))
}

function shown(ratio: number): string {
  return ratio.toFixed(ratio < 0.1 ? 3 : 2)
}
