/** What the lines of a head may contain: https://www.rfc-editor.org/rfc/rfc9110#section-5.5, as Latin-1. */
export function isToken(name: string): boolean {
  return /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/.test(name)
}

/** Neither line ends nor other control characters, but for the tab. */
export function isFieldValue(value: string): boolean {
  return !/[^\t\x20-\x7e\x80-\xff]/.test(value)
}

/** Undefined where it is no header line. No pattern for all of it: some lines would take it a long time. */
export function parseField(line: string): { readonly name: string; readonly value: string } | undefined {
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(0, colon))
  if (!isToken(name) || !isFieldValue(line)) return undefined
  let [begin, end] = [colon + 1, line.length]
  while (isBlank(line[begin])) begin++
  while (end > begin && isBlank(line[end - 1])) end--
  return { name: name.toLowerCase(), value: line.slice(begin, end) }
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}
