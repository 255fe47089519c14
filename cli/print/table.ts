import { onOneLine } from '../../functions/krm/result.ts'

/** Rows in columns, two blanks apart, under upper-case titles, as kubectl prints them. */
export function formatTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [titles.map((title) => title.toUpperCase()), ...rows.map((row) => row.map(onOneLine))]
  const widths = titles.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return `${all.map(line).join('\n')}\n`
}
