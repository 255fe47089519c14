/** Several files as one YAML stream; a single one is printed as it is. */
export function joinDocuments(texts: readonly string[]): string {
  return texts.reduce((stream, text) => {
    if (stream === '') return text
    const ended = stream.endsWith('\n') ? stream : `${stream}\n`
    if (text.startsWith('%')) return `${ended}...\n${text}`
    return text.startsWith('---') ? ended + text : `${ended}---\n${text}`
  }, '')
}
