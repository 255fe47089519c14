/**
 * The events of a YAML text. The parser is stricter than those of kubectl and kustomize, which accept lines in flow style
 * that are not indented deeper than their key, most often a closing bracket.
 *
 *     args: [
 *       "--one",
 *     ]
 *
 * Blanks at the start of such a line have no meaning, so the parser is given more of them, and the positions are corrected.
 */
import { type Event, parseEvents, YAMLException } from 'js-yaml'

/** Deeper than any line must be. */
const blanks = ' '.repeat(256)

/** Each line requires parsing the whole text once more; this limit, in characters, is some seconds. */
const maxRead = 20_000_000

/** Throws YAMLException. */
export function yamlEvents(source: string, maxDepth: number): Event[] {
  /** The starts in the source of the lines that got blanks, ascending. */
  const padded: number[] = []
  for (let text = source; ; text = pad(source, padded)) {
    try {
      const events = parseEvents(text, { maxDepth })
      return padded.length === 0 ? events : events.map((event) => moveBack(event, padded))
    } catch (error) {
      const line = lineToPad(source, error)
      if (line === undefined || padded.includes(line) || padded.length * source.length > maxRead) throw error
      padded.push(line)
      padded.sort((a, b) => a - b)
    }
  }
}

/** Padding adds no lines, so the line of the error is that of the source. */
function lineToPad(source: string, error: unknown): number | undefined {
  if (!(error instanceof YAMLException) || error.reason !== 'deficient indentation' || !error.mark)
    return undefined
  const line = /\r\n|\r|\n/g
  for (let count = 0; count < error.mark.line; count++) if (!line.exec(source)) return undefined
  return line.lastIndex
}

function pad(source: string, lines: readonly number[]): string {
  const starts = [0, ...lines]
  return starts
    .map((start, index) => (index === 0 ? '' : blanks) + source.slice(start, starts[index + 1]))
    .join('')
}

function moveBack<E extends Event>(event: E, padded: readonly number[]): E {
  const moved = Object.entries(event).map(([key, value]): [string, unknown] => [
    key,
    typeof value === 'number' && /^(start|.*Start|.*End)$/.test(key) ? positionIn(value, padded) : value,
  ])
  return Object.assign({ ...event }, Object.fromEntries(moved))
}

function positionIn(position: number, padded: readonly number[]): number {
  let before = 0
  // In the padded text, each padded line has moved the following ones.
  while (before < padded.length && (padded[before] ?? 0) + before * blanks.length < position) before++
  return position - before * blanks.length
}
