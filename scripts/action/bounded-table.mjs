/** The names that are listed of rows that are left out. */
const mostNamed = 20

/**
 * A table in Markdown that fits into what GitHub takes: whole rows, and the names of those that are left out.
 *
 * @param {string} text with one row on a line, below two lines of titles
 * @param {number} most in UTF-16 units
 * @returns {string}
 */
export function boundedTable(text, most) {
  if (text.length <= most) return text
  const [titles = '', rule = '', ...rows] = text.trimEnd().split('\n')
  const kept = [titles, rule]
  /** @type {string[]} */
  const left = []
  // For the names of those that are left out.
  let free = most - titles.length - rule.length - 8000
  for (const row of rows) {
    if (row.length < free) {
      kept.push(row)
      free -= row.length + 1
    } else left.push(row.split(' | ')[0]?.slice(2).slice(0, 300) ?? '')
  }
  const more = left.length > mostNamed ? ` and ${left.length - mostNamed} more` : ''
  const names = `${left.slice(0, mostNamed).join(', ')}${more}`
  return `${kept.join('\n')}\n\nToo long to be shown, in full in the output \`diff\` of the action: ${names}\n`
}
