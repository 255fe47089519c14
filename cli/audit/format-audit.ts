/** The rows of an audit: for people, for a pull request, for programs. */
import type { Format } from '../flags/format-flag.ts'
import { markdownText, workloadsCell } from '../print/markdown-text.ts'
import { formatTable } from '../print/table.ts'
import type { Paint } from '../report/paint.ts'
import type { AuditRow } from './audit-rows.ts'

/** Of policies that only AWS sees. */
const notSeen =
  'Not seen: service control policies, resource control policies, session policies, policies of VPC endpoints and of KMS keys.'

export function formatAudit(rows: readonly AuditRow[], format: Format, paint: Paint): string {
  if (format === 'json') return `${JSON.stringify(rows, null, 2)}\n`
  if (rows.length === 0) return 'Nobody may read a parameter.\n'
  const has = (column: 'module' | 'applied' | 'used') => rows.some((row) => row[column] !== undefined)
  const columns = (['module', 'applied', 'stored', 'used'] as const).filter(
    (column) => column === 'stored' || has(column),
  )
  const titles = ['who', 'name', ...columns, 'finding', 'declared by']
  const cells = (row: AuditRow, join: (names: readonly string[]) => string) => [
    ...columns.map((column) => row[column] ?? ''),
    row.findings.length === 0 ? 'ok' : row.findings.join(', '),
    join(row.declaredBy),
  ]
  const footer = has('applied') ? `\n${notSeen}\n` : ''
  if (format === 'table')
    return (
      formatTable(
        titles,
        rows.map((row) => [row.who, row.name, ...cells(row, (names) => names.join(', '))]),
        paint,
      ) + footer
    )
  const lines = [
    titles,
    titles.map(() => '---'),
    ...rows.map((row) => [markdownText(row.who), markdownText(row.name), ...cells(row, workloadsCell)]),
  ]
  return `${lines.map((line) => `| ${line.join(' | ')} |\n`).join('')}${footer}`
}
