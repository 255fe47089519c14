/** The files of --trail: those that CloudTrail delivers, and what `aws cloudtrail lookup-events` prints. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { about, type Diagnostic } from '../../api/diagnostic.ts'
import { isMap, type JsonMap, listOf, mapOf } from '../../api/json.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'
import { readRegular } from '../files/read-regular.ts'
import { tryRead } from '../files/try-read.ts'
import type { Flags, ParsedFlags } from '../flags/flags.ts'
import { type Coverage, CoverageCounter } from './coverage.ts'
import { readTrailEvent, type TrailEvent } from './trail-event.ts'

export const trailFlags: Flags = {
  trail: {
    takes: 'FILE',
    repeatable: true,
    meaning:
      'events of CloudTrail: a file as CloudTrail delivers it, unpacked, the output of aws cloudtrail lookup-events, or a folder of them',
  },
}

export type Trail = {
  /** Those that read something. */
  readonly events: readonly TrailEvent[]
  /** One for each account and region. */
  readonly coverage: readonly Coverage[]
}

/** All files at once. Everything that is wrong with them is reported. */
export async function readTrail(
  parsed: ParsedFlags,
): Promise<{ readonly trail: Trail; readonly diagnostics: readonly Diagnostic[] }> {
  const diagnostics: Diagnostic[] = []
  const events: TrailEvent[] = []
  const covered = new CoverageCounter()
  for (const name of new Set(parsed.values.get('trail') ?? [])) {
    const files = await filesOf(name)
    diagnostics.push(...(files.diagnostics ?? []))
    for (const file of files.value ?? []) {
      const read = await readEvents(file)
      diagnostics.push(...(read.diagnostics ?? []))
      for (const event of read.value ?? []) {
        covered.add(event)
        if (event.reads.length > 0) events.push(event)
      }
    }
  }
  return { trail: { events, coverage: covered.all() }, diagnostics }
}

async function filesOf(name: string): Promise<Parsed<readonly string[]>> {
  const found = await tryRead(name, stat(name))
  if (found.diagnostics !== undefined) return found
  if (!found.value.isDirectory()) return { value: [name] }
  const listed = await tryRead(name, readdir(name, { recursive: true, withFileTypes: true }))
  if (listed.diagnostics !== undefined) return listed
  const files = listed.value
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  // What is left out would look unused.
  const packed = files.find((file) => file.endsWith('.json.gz'))
  if (packed !== undefined) return invalid(`${packed} is compressed`, `unpack it first: gunzip -r ${name}`)
  const json = files.filter((file) => file.endsWith('.json')).toSorted()
  return json.length > 0 ? { value: json } : invalid(`there is no .json file in ${name}`)
}

/** More of one file would hide the others. */
const mostNamed = 20

/** All events of a file, or what is wrong with it: an event that is left out would make what it reads look unused. */
async function readEvents(file: string): Promise<Parsed<readonly TrailEvent[]>> {
  const read = await readRegular(file)
  if (read.diagnostics !== undefined) return read
  const json = mapOf(parseJson(read.value.toString()))
  const found = eventsIn(json)
  if (found === undefined)
    return invalid(
      `${file} has no events of CloudTrail`,
      'it must be a JSON object with Records, as CloudTrail delivers it, or with Events, as lookup-events prints it',
    )
  const wrong = found.events.flatMap((event, index) =>
    about(`${file}: event ${index + 1} of ${found.list}`, event.diagnostics ?? []),
  )
  const diagnostics = wrong.slice(0, mostNamed)
  if (wrong.length > mostNamed)
    diagnostics.push({ message: `${file}: ${wrong.length - mostNamed} more events cannot be read` })
  if (json['NextToken'] !== undefined && json['NextToken'] !== null)
    diagnostics.push({
      message: `${file} is incomplete: it has NextToken`,
      hint: 'print all pages: aws cloudtrail lookup-events without --max-items, --max-results and --no-paginate',
    })
  return diagnostics.length > 0
    ? { diagnostics }
    : { value: found.events.flatMap(({ value }) => value ?? []) }
}

/** Of `{"Records":[…]}`, or of `{"Events":[{"CloudTrailEvent":"…"}]}`. */
function eventsIn({ Records, Events }: JsonMap) {
  if (Array.isArray(Records)) return { list: 'Records', events: listOf(Records).map(readTrailEvent) }
  return Array.isArray(Events) ? { list: 'Events', events: listOf(Events).map(readLookedUp) } : undefined
}

function readLookedUp(event: unknown): Parsed<TrailEvent> {
  const { CloudTrailEvent: text } = mapOf(event)
  const record = typeof text === 'string' ? parseJson(text) : undefined
  return isMap(record)
    ? readTrailEvent(record)
    : invalid('has no CloudTrailEvent in JSON', 'print lookup-events with --output json, without --query')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
