/** The queries of the committed Grafana dashboard. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../programs/programs.ts'

type Dashboard = {
  readonly panels: readonly {
    readonly title: string
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
  }[]
}
type PanelQuery = { readonly title: string; readonly expr: string; readonly legend: string }

export function dashboardExpressions(): readonly PanelQuery[] {
  const file = join(root, 'install/creator/grafana-dashboard/kees.json')
  const { panels }: Dashboard = JSON.parse(readFileSync(file, 'utf8'))
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat }) => ({ title, expr, legend: legendFormat })),
  )
}
