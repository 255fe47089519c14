/**
 * Cells of the tables about grants. Keys of grants and names of parameters have passed rules that leave nothing in them which
 * Markdown reads inside of code.
 */

/** @param role of the grant; undefined: its key is that of a workload. */
export function granteeCell(key: string, role: unknown): string {
  return `\`${key}\`${role === undefined ? ' (no role)' : ''}`
}

export function workloadsCell(names: readonly string[]): string {
  return names.map(markdownText).join(', ')
}

/** A name of the input, which may hold anything, as text in which Markdown reads no markup. */
function markdownText(text: string): string {
  return text.replaceAll(/[^\w/.-]/g, (character) => `&#${character.codePointAt(0) ?? 0};`)
}
