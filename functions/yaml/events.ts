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
import { COLLECTION_STYLE, type Event, EVENT_ID, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml'

/** Deeper than any line must be. */
const blanks = ' '.repeat(256)

/** How many characters all attempts together may read: some seconds. */
const maxRead = 40_000_000

/** That get blanks at once. */
const mostLines = 64

/** Throws YAMLException. */
export function yamlEvents(source: string, maxDepth: number): Event[] {
  const guessed: number[] = []
  try {
    const events = readPadded(source, maxDepth, guessed)
    if (guessed.length === 0 || areInside(guessed, events)) return events
  } catch (error) {
    // Without guesses, more attempts would be needed.
    if (guessed.length === 0 || lineToPad(source, error) !== undefined) throw error
  }
  // A line got blanks that does not need them.
  return readPadded(source, maxDepth)
}

/** @param guessed absent: only lines that need blanks get them. Else lines that follow such lines do too, and are added to it. */
function readPadded(source: string, maxDepth: number, guessed?: number[]): Event[] {
  /** The starts in the source of the lines that got blanks, ascending. */
  const padded: number[] = []
  let [run, next, read] = [1, -1, 0]
  for (let text = source; ; text = pad(source, padded)) {
    try {
      const events = parseEvents(text, { maxDepth })
      return padded.length === 0 ? events : events.map((event) => moveBack(event, padded))
    } catch (error) {
      const line = lineToPad(source, error)
      if (line === undefined || padded.includes(line) || read > maxRead) throw errorIn(source, error, padded)
      // Blanks are read too, and the error shows a piece of the whole text.
      read += line + padded.length * blanks.length
      // So strings over many lines take few attempts.
      if (guessed) run = line === next ? Math.min(run * 2, mostLines) : Math.ceil(run / 2)
      const lines = linesToPad(source, line, run)
      next = lineBehind(source, lines.at(-1) ?? line)
      padded.push(...lines)
      guessed?.push(...lines.slice(1))
      padded.sort((a, b) => a - b)
    }
  }
}

/** The starts of a line and of the next ones, as far as they look like lines of the same string or list. */
function linesToPad(source: string, first: number, count: number): number[] {
  const starts = [first]
  const deepest = indentationAt(source, first)
  while (starts.length < count) {
    const last = starts.at(-1) ?? first
    const next = lineBehind(source, last)
    const isEnd = /['"\]}],?[ \t]*$/.test(source.slice(last, next).trimEnd())
    if (next >= source.length || isEnd || indentationAt(source, next) > deepest) break
    starts.push(next)
  }
  return starts
}

function indentationAt(source: string, line: number): number {
  const indentation = / */y
  indentation.lastIndex = line
  return indentation.exec(source)?.[0].length ?? 0
}

function lineBehind(source: string, line: number): number {
  const end = /\r\n|\r|\n/g
  end.lastIndex = line
  return end.exec(source) ? end.lastIndex : source.length
}

/** Whether all lines begin inside of quoted strings or of collections in flow style, where blanks at their start have no meaning. */
function areInside(lines: readonly number[], events: readonly Event[]): boolean {
  const ranges: { readonly start: number; end: number }[] = []
  /** The collections that are open, with what is in flow style. */
  const open: ({ start: number; end: number } | undefined)[] = []
  for (const event of events) {
    if (event.type === EVENT_ID.POP) open.pop()
    else if (event.type === EVENT_ID.DOCUMENT) open.push(undefined)
    else if (event.type === EVENT_ID.SCALAR) {
      const range = { start: event.valueStart, end: event.valueEnd }
      if (event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED)
        ranges.push(range)
      for (const flow of open) if (flow) flow.end = Math.max(flow.end, range.end)
    } else if (event.type !== EVENT_ID.ALIAS) {
      const range =
        event.style === COLLECTION_STYLE.FLOW ? { start: event.start + 1, end: event.start + 1 } : undefined
      if (range) ranges.push(range)
      open.push(range)
    }
  }
  // They are in the order of their starts, and two are either apart or one in the other.
  let [next, end] = [0, -1]
  return lines
    .toSorted((a, b) => a - b)
    .every((line) => {
      for (; (ranges[next]?.start ?? Infinity) <= line; next++) end = Math.max(end, ranges[next]?.end ?? end)
      return line <= end
    })
}

/** The error with its position in the source. */
function errorIn(source: string, error: unknown, padded: readonly number[]): unknown {
  if (!(error instanceof YAMLException) || !error.mark || padded.length === 0) return error
  const { mark, reason } = error
  const position = Math.min(positionIn(mark.position, padded), source.length)
  const before = source.lastIndexOf('\n', position - 1) + 1
  return new YAMLException(reason, { ...mark, position, column: position - before })
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
  // In the padded text, each padded line has moved the following ones.
  let [before, behind] = [0, padded.length]
  while (before < behind) {
    const middle = (before + behind) >> 1
    if ((padded[middle] ?? 0) + middle * blanks.length < position) before = middle + 1
    else behind = middle
  }
  return position - before * blanks.length
}
