/** The files of --trail: those that CloudTrail delivers, and what `aws cloudtrail lookup-events` prints. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Diagnostic } from '../../api/diagnostic.ts'
import { isMap, listOf, mapOf } from '../../api/json.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'
import { readRegular } from '../files/read-regular.ts'
import { tryRead } from '../files/try-read.ts'
import type { Flags, ParsedFlags } from '../flags/flags.ts'
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
  readonly events: readonly TrailEvent[]
  /** The times of the first and the last event of any kind, in milliseconds; undefined without events. */
  readonly period: { readonly from: number; readonly to: number } | undefined
}

/** All files at once. Everything that is wrong with them is reported. */
export async function readTrail(
  parsed: ParsedFlags,
): Promise<{ readonly trail: Trail; readonly diagnostics: readonly Diagnostic[] }> {
  const diagnostics: Diagnostic[] = []
  const events: TrailEvent[] = []
  let from = Infinity
  let to = -Infinity
  for (const name of new Set(parsed.values.get('trail') ?? [])) {
    const files = await filesOf(name)
    diagnostics.push(...(files.diagnostics ?? []))
    for (const file of files.value ?? []) {
      const read = await readRecords(file)
      diagnostics.push(...(read.diagnostics ?? []))
      for (const record of read.value ?? []) {
        const time = timeOf(record)
        if (!Number.isNaN(time)) [from, to] = [Math.min(from, time), Math.max(to, time)]
        const event = readTrailEvent(record)
        if (event) events.push(event)
      }
    }
  }
  return { trail: { events, period: from > to ? undefined : { from, to } }, diagnostics }
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

/** The records of `{"Records":[…]}`, or of `{"Events":[{"CloudTrailEvent":"…"}]}`. */
async function readRecords(file: string): Promise<Parsed<readonly unknown[]>> {
  const read = await readRegular(file)
  if (read.diagnostics !== undefined) return read
  const json = parseJson(read.value.toString())
  const { Records, Events } = mapOf(json)
  if (Array.isArray(Records)) return { value: Records }
  if (!Array.isArray(Events))
    return invalid(
      `${file} has no events of CloudTrail`,
      'it must be a JSON object with Records, as CloudTrail delivers it, or with Events, as lookup-events prints it',
    )
  const records = listOf(Events).map((event) => {
    const { CloudTrailEvent: text } = mapOf(event)
    return typeof text === 'string' ? parseJson(text) : undefined
  })
  return records.every((record) => isMap(record))
    ? { value: records }
    : invalid(
        `${file} has an event without its CloudTrailEvent`,
        'print lookup-events with --output json, without --query',
      )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function timeOf(record: unknown): number {
  const { eventTime } = mapOf(record)
  return typeof eventTime === 'string' ? Date.parse(eventTime) : Number.NaN
}
