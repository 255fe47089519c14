/** The files of monitoring, from their tables. `UPDATE=1 node test/docs/monitoring.test.ts` writes them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { alertRows, type AlertRow } from './alert-table.ts'
import { dashboard } from './dashboard.ts'

const root = join(import.meta.dirname, '../..')
const page = 'docs/operations.md'
const address = `https://github.com/bsycorp/kees/blob/main/${page}`

/** Paths, relative to the root, to texts. */
export function monitoringFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['install/creator/prometheus-rule/prometheus-rule.yaml', prometheusRule()],
    ['install/creator/grafana-dashboard/kees.json', `${JSON.stringify(dashboard(), undefined, 2)}\n`],
    [page, operationsPage()],
  ])
}

function prometheusRule(): string {
  const rules = alertRows.map(([alert, row]) => ({
    alert,
    expr: row.expr,
    ...(row.for === undefined ? {} : { for: row.for }),
    labels: { severity: row.severity },
    annotations: {
      summary: `${row.summary}.`,
      description: row.hint,
      runbook_url: `${address}#${sectionOf(row)}`,
    },
  }))
  const object = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {
      name: 'kees-creator',
      namespace: 'kees',
      labels: { 'app.kubernetes.io/name': 'kees-creator' },
    },
    spec: { groups: [{ name: 'kees', rules }] },
  }
  const remark = '# Made from scripts/monitoring/alert-table.ts, like the table of docs/operations.md.\n'
  return remark + stringify(object, { lineWidth: 0 })
}

const sectionOf = ({ section }: AlertRow) => section ?? 'alerts'

/** The text of the page is in the page itself; the table of alerts is made. */
function operationsPage(): string {
  const rows = alertRows.map(([name, row]) => {
    const time = row.for === undefined ? '' : `, for ${row.for}`
    const expression = `\`${row.expr}\`${time}`
    const link = row.section === undefined ? '' : ` ([more](#${row.section}))`
    return [`\`${name}\`, ${row.severity}`, expression, `${row.summary}. ${row.hint}${link}`]
  })
  const lines = [['alert', 'expression', 'meaning, and what to do'], ['---', '---', '---'], ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`,
  )
  const text = readFileSync(join(root, page), 'utf8')
  return text.replace(/\| alert \| expression \| .*\n(\|.*\n)*/, () =>
    lines.join('').replace('| --- | --- | --- |', '|---|---|---|'),
  )
}
