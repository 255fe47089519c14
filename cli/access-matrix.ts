/** Who may read what and why, in Markdown: for a pull request. */
import type { Grants } from '../functions/export-iam/grants.ts'
import { markdownText } from './markdown-text.ts'

export function formatAccessMatrix({ grants, declaredBy }: Omit<Grants, 'findings'>): string {
  if (grants.length === 0) return 'Nobody may read a parameter.\n'
  const rows = grants.flatMap(({ key, role, parameters }) =>
    parameters.map((name) => {
      const who = `\`${key}\`${role === undefined ? ' (no role)' : ''}`
      const workloads = (declaredBy.get(key)?.get(name) ?? []).map(markdownText).join(', ')
      return `| ${who} | \`${name}\` | ${workloads} |`
    }),
  )
  return ['| who | may read | declared by |', '| --- | --- | --- |', ...rows, ''].join('\n')
}
