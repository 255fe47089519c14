/**
 * Cells of the tables about grants. Keys of grants and names of parameters are validated, and contain no character that Markdown
 * interprets inside code.
 */

/** @param role of the grant; undefined: its key is that of a workload. */
export function granteeCell(key: string, role: unknown): string {
  return `\`${key}\`${role === undefined ? ' (no role)' : ''}`
}

export function workloadsCell(names: readonly string[]): string {
  return names.map(markdownText).join(', ')
}

/**
 * A name from the input, which may contain any character, escaped for Markdown. What is no usual name is code: elsewhere, GitHub
 * takes `@name` for a person, and informs them.
 */
export function markdownText(text: string): string {
  const escaped = text.replaceAll(/[^\w/.-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`)
  return escaped === text ? text : `<code>${escaped}</code>`
}
