/** Who may read what and why, in Markdown: for a pull request. */
import { declaredKeys } from '../../functions/export-iam/grants/granted-names.ts'
import type { Grants } from '../../functions/export-iam/grants/grants.ts'
import { granteeCell, workloadsCell } from './markdown-text.ts'

export function formatAccessMatrix({ grants, declaredBy }: Omit<Grants, 'results'>): string {
  if (grants.length === 0) return 'Nobody may read a parameter.\n'
  const rows = grants.flatMap(({ key, role, ...names }) =>
    declaredKeys(names).map((name) => {
      const workloads = workloadsCell(declaredBy.get(key)?.get(name) ?? [])
      return `| ${granteeCell(key, role)} | \`${name}\` | ${workloads} |`
    }),
  )
  return ['| who | may read | declared by |', '| --- | --- | --- |', ...rows, ''].join('\n')
}
