/** A name of the input, which may hold anything, as text in which Markdown reads no markup. */
export function markdownText(text: string): string {
  return text.replaceAll(/[^\w/.-]/g, (character) => `&#${character.codePointAt(0) ?? 0};`)
}
