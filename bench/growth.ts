/** How the cost of the functions grows with the number of Deployments: a table and plots. */
import { groupBy } from '../api/group-by.ts'
import { type Comparison, median, programName } from './comparison.ts'
import { lineChart } from './line-chart.ts'
import type { Measurement } from './measure-command.ts'

/** What ten times the Deployments cost: 10 is linear, less is what each run costs, more is worse than linear. */
export function formatGrowth(rows: readonly Comparison[]): string {
  const head = [
    'input',
    'program',
    'Deployments',
    'times the wall time',
    'kyaml',
    'times the memory',
    'kyaml',
  ]
  const cells = [...linesOf(rows)].flatMap(([, line]) =>
    line.slice(1).flatMap((row, index) => {
      const before = line[index]
      if (before === undefined) return []
      const times = (key: keyof Measurement, side: 'ours' | 'theirs') =>
        (median(row[side], key) / median(before[side], key)).toFixed(1)
      const { input, program, count } = row
      return [
        [
          input,
          programName(program),
          `${before.count.toLocaleString('en')} to ${count.toLocaleString('en')}`,
          times('wallSeconds', 'ours'),
          times('wallSeconds', 'theirs'),
          times('peakBytes', 'ours'),
          times('peakBytes', 'theirs'),
        ],
      ]
    }),
  )
  return [head, head.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |\n`).join('')
}

/** The lines of the plots, of one shape: three would be too many to tell apart. */
const plotted: readonly (readonly [program: string, input: string, name: string])[] = [
  ['inject-init', 'kpt, 10 % annotated', 'inject-init, 10 % annotated'],
  ['inject-init', 'kpt, all annotated', 'inject-init, all annotated'],
  ['export-iam', 'kpt, all injected', 'export-iam'],
  ['kees', 'kpt, all injected', 'kees verify'],
]

export function plotGrowth(rows: readonly Comparison[], key: 'wallSeconds' | 'peakBytes'): string {
  const isTime = key === 'wallSeconds'
  const lines = linesOf(rows)
  const pointsOf = (line: readonly Comparison[], side: 'ours' | 'theirs') =>
    line.map((row): [number, number] => [row.count, median(row[side], key) / (isTime ? 1 : 1e6)])
  return lineChart({
    title: isTime ? 'Wall time of the functions' : 'Peak memory of the functions',
    x: {
      label: 'Deployments in the input',
      scale: 'logarithmic',
      format: (count) => count.toLocaleString('en'),
    },
    y: {
      label: isTime ? 'seconds' : 'MB',
      scale: 'logarithmic',
      format: (value) => String(Number(value.toPrecision(1))),
    },
    lines: plotted.flatMap(([program, input, name], colour) => {
      const line = lines.get(lineOf({ program, input }))
      if (line === undefined) return []
      const ours = { name, colour, points: pointsOf(line, 'ours') }
      // kees verify has no peer.
      return program === 'kees'
        ? [ours]
        : [
            ours,
            {
              name: `kyaml, ${input.replace('kpt, ', '')}`,
              colour,
              peer: true,
              points: pointsOf(line, 'theirs'),
            },
          ]
    }),
  })
}

/** By program and input, in the order of the sizes. */
function linesOf(rows: readonly Comparison[]): ReadonlyMap<string, readonly Comparison[]> {
  return groupBy(rows, lineOf)
}

function lineOf({ program, input }: Pick<Comparison, 'program' | 'input'>): string {
  return `${program}, ${input}`
}
