/** Who may read what and why, in Markdown: for a pull request. */
import type { Grants } from '../functions/export-iam/grants.ts'

export function formatAccessMatrix({ grants, declaredBy }: Omit<Grants, 'findings'>): string {
  if (grants.length === 0) return 'Nobody may read a parameter.\n'
  const rows = grants.flatMap(({ key, role, parameters }) =>
    parameters.map((name) => {
      const who = `\`${key}\`${role === undefined ? ' (no role)' : ''}`
      const workloads = (declaredBy.get(key)?.get(name) ?? []).map(inCell).join(', ')
      return `| ${who} | \`${name}\` | ${workloads} |`
    }),
  )
  return ['| who | may read | declared by |', '| --- | --- | --- |', ...rows, ''].join('\n')
}

/** Names of workloads are text of the input; keys and parameters have passed rules that leave no markup in them. */
function inCell(text: string): string {
  return text.replaceAll(/[^\w/.-]/g, (character) => `&#${character.codePointAt(0) ?? 0};`)
}
