import { onOneLine } from '../../functions/krm/result.ts'
import { type Paint, plain } from '../report/paint.ts'

type Row = readonly string[]

/** Rows in columns, two blanks apart, under upper-case titles, as kubectl prints them. Words for what is right or wrong are in colours. */
export function formatTable(titles: Row, rows: readonly Row[], paint: Paint = plain): string {
  const names = titles.map((title) => title.toUpperCase())
  const safe = rows.map((row) => row.map(onOneLine))
  const widths = names.map((_, column) =>
    Math.max(...[names, ...safe].map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: Row, painted: Row) =>
    row
      .map((cell, column) => (painted[column] ?? '') + ' '.repeat((widths[column] ?? 0) - cell.length))
      .join('  ')
      .trimEnd()
  const paintCell = (cell: string, column: number) => {
    const colour = isOutcome(titles[column]) ? colourOf(cell) : undefined
    return colour === undefined ? cell : paint(colour, cell)
  }
  const title = line(
    names,
    names.map((name) => paint('title', name)),
  )
  return `${[title, ...safe.map((row) => line(row, row.map(paintCell)))].join('\n')}\n`
}

/** Other columns have names from the input. */
function isOutcome(title: string | undefined): boolean {
  return title === 'status' || title === 'result' || title === 'change'
}

const words = {
  good: ['ok', 'exists', 'created', 'would be created', 'stored', 'would be stored', 'gains'],
  bad: [
    'error',
    'missing',
    'denied',
    'wrong',
    'failed',
    'incomplete',
    'mismatched',
    'differs',
    'not stored',
    'loses',
  ],
  open: ['warning', 'unknown', 'absent (optional)', 'absent (default)', 'not compared'],
} as const

function colourOf(cell: string): keyof typeof words | undefined {
  if (words.bad.some((word) => word === cell)) return 'bad'
  if (words.open.some((word) => word === cell)) return 'open'
  return words.good.some((word) => word === cell) ? 'good' : undefined
}
