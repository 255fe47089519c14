/** The PrometheusRule, the table of alerts in docs/operations.md and the dashboard are those that their tables generate. */
import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { alertTable } from '../../scripts/monitoring/alert-table.ts'
import { monitoringFiles } from '../../scripts/monitoring/monitoring-files.ts'
import { golden, root, run } from '../programs/programs.ts'
import { kubectl } from '../programs/tools.ts'

const files = monitoringFiles()
for (const [name, text] of files) {
  t.test(`${name} is up to date`, async (t) => {
    t.equal(golden(join(root, name), text), text)
  })
}

t.test('the page has a row for every alert', async (t) => {
  const page = files.get('docs/operations.md') ?? ''
  const rows = [...page.matchAll(/^\| `(Kees\w+)`, (critical|warning) \|/gm)].map(([, name = '']) => name)
  t.strictSame(rows, Object.keys(alertTable))
})

t.test('an alert names a section of the page', async (t) => {
  const page = files.get('docs/operations.md') ?? ''
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  )
  const rule: Rule = parse(files.get('install/creator/prometheus-rule/prometheus-rule.yaml') ?? '')
  for (const { alert, annotations } of rule.spec.groups[0]?.rules ?? []) {
    const [, section = ''] = annotations.runbook_url.split('#')
    t.ok(headings.includes(section), `${alert}: ${section}`)
  }
})

t.test('kustomize builds both components', { skip: kubectl().missing ?? false }, async (t) => {
  const folder = t.testdir({})
  const components = ['prometheus-rule', 'grafana-dashboard'].map((name) =>
    relative(folder, join(root, 'install/creator', name)),
  )
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify({ components, namespace: 'other' }))
  const { stdout, stderr, status } = run(kubectl().path ?? '', ['kustomize', folder])
  t.strictSame([stderr, status], ['', 0])
  t.match(stdout, 'kind: PrometheusRule')
  t.match(stdout, /grafana_dashboard: "1"\n {2}name: kees-grafana-dashboard\n {2}namespace: other/)
})

type Rule = {
  readonly spec: {
    readonly groups: readonly {
      readonly rules: readonly {
        readonly alert: string
        readonly annotations: { readonly runbook_url: string }
      }[]
    }[]
  }
}
