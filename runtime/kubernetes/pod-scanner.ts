/**
 * Reads from the bytes of a list or of a watch what readPodMetadata reads from the parsed object, and skips everything else. It knows
 * only what an API server writes, JSON without spaces. Whatever else JSON allows is left to JSON.parse: escapes in what is used, a key that
 * is there twice, a pod whose end is not there yet.
 */
import type { Annotation } from '../../api/pod/pod-annotations.ts'
import { mapOf } from '../../api/json.ts'
import { ByteMemo } from './byte-memo.ts'
import { annotationsOf, ownerIn, type PodMetadata, secondsOf } from './pod-metadata.ts'
import { skipValue } from './skip-json.ts'

type ScannedPod = {
  readonly pod: PodMetadata
  /** The index after it. */
  readonly end: number
}

/** Of the annotations of the domain on one pod. Where there are more, they are parsed. */
const mostEntryBytes = 16 * 1024
const unusual = -1
const [quote, comma, slash, colon, backslash] = [34, 44, 47, 58, 92] as const
const [openBracket, openBrace, closeBrace] = [91, 123, 125] as const
const metadataKey = Buffer.from('metadata')
const none: readonly Annotation[] = []

/** What is used of the metadata, by its place in what was found. */
const fields = ['uid', 'namespace', 'name', 'resourceVersion', 'creationTimestamp'] as const
const [uidAt, namespaceAt, nameAt, versionAt, createdAt] = [0, 1, 2, 3, 4] as const
const [deletedAt, ownersAt, annotationsAt] = [5, 6, 7] as const
const fieldKeys = [...fields, 'deletionTimestamp', 'ownerReferences', 'annotations'].map((key) =>
  Buffer.from(key),
)
const required = (1 << fields.length) - 1

/** Scans one entry of an object. @returns the index after its value, or `unusual`. */
type ScanEntry = (bytes: Buffer, keyStart: number, keyEnd: number, valueAt: number) => number

export class PodScanner {
  readonly #suffix: Buffer
  readonly #annotationsIn: ByteMemo<readonly Annotation[]>
  readonly #ownerIn: ByteMemo<{ readonly owner: string | undefined }>
  /** Of the pod that is scanned: which fields were found, a bit for each, and what is in them. */
  #found = 0
  readonly #texts: string[] = fields.map(() => '')
  #owner: string | undefined
  #annotations = none
  #hasMetadata = false
  /** The entries of the domain, one after the other. */
  readonly #entries = Buffer.alloc(mostEntryBytes)
  #entryBytes = 0

  constructor(domain: string) {
    const suffix = `.${domain}`
    this.#suffix = Buffer.from(suffix)
    this.#annotationsIn = new ByteMemo((text) => annotationsOf(mapOf(JSON.parse(`{${text}}`)), suffix))
    this.#ownerIn = new ByteMemo((text) => ({ owner: ownerIn(JSON.parse(text)) }))
  }

  /** @param start of its first byte. @returns undefined where it has to be parsed. */
  scan(bytes: Buffer, start: number): ScannedPod | undefined {
    this.#found = 0
    this.#owner = undefined
    this.#annotations = none
    this.#hasMetadata = false
    const end = this.#scan(bytes, start)
    if (end === unusual || (this.#found & required) !== required) return undefined
    const [texts, owner] = [this.#texts, this.#owner]
    const pod = {
      uid: texts[uidAt] ?? '',
      namespace: texts[namespaceAt] ?? '',
      name: texts[nameAt] ?? '',
      version: texts[versionAt] ?? '',
      createdAt: secondsOf(texts[createdAt] ?? ''),
      terminating: (this.#found & (1 << deletedAt)) !== 0,
      annotations: this.#annotations,
    }
    return { pod: owner === undefined ? pod : { ...pod, owner }, end }
  }

  #scan(bytes: Buffer, start: number): number {
    try {
      return scanObject(bytes, start, this.#scanTop)
    } catch (error) {
      if (error instanceof SyntaxError) return unusual
      throw error
    }
  }

  readonly #scanTop: ScanEntry = (bytes, keyStart, keyEnd, valueAt) => {
    if (!isText(bytes, keyStart, keyEnd, metadataKey)) return skipValue(bytes, valueAt)
    if (this.#hasMetadata) return unusual
    this.#hasMetadata = true
    return scanObject(bytes, valueAt, this.#scanField)
  }

  readonly #scanField: ScanEntry = (bytes, keyStart, keyEnd, valueAt) => {
    const field = fieldOf(bytes, keyStart, keyEnd)
    if (field < 0) return skipValue(bytes, valueAt)
    if ((this.#found & (1 << field)) !== 0) return unusual
    this.#found |= 1 << field
    if (field === annotationsAt) return this.#scanAnnotations(bytes, valueAt)
    if (field === ownersAt) return this.#scanOwners(bytes, valueAt)
    if (field === deletedAt) return skipValue(bytes, valueAt)
    const text = plainText(bytes, valueAt)
    if (text === undefined) return unusual
    this.#texts[field] = text
    return valueAt + text.length + 2
  }

  #scanOwners(bytes: Buffer, valueAt: number): number {
    const end = skipValue(bytes, valueAt)
    if (bytes[valueAt] !== openBracket || end >= bytes.length) return unusual
    this.#owner = this.#ownerIn.of(bytes, valueAt, end).owner
    return end
  }

  #scanAnnotations(bytes: Buffer, valueAt: number): number {
    this.#entryBytes = 0
    const end = scanObject(bytes, valueAt, this.#scanAnnotation)
    if (end !== unusual && this.#entryBytes > 0)
      this.#annotations = this.#annotationsIn.of(this.#entries, 0, this.#entryBytes)
    return end
  }

  readonly #scanAnnotation: ScanEntry = (bytes, keyStart, keyEnd, valueAt) => {
    const end = skipValue(bytes, valueAt)
    if (!isOfDomain(bytes, keyStart, keyEnd, this.#suffix)) return end
    const begin = keyStart - 1
    if (this.#entryBytes + 1 + end - begin > mostEntryBytes) return unusual
    if (this.#entryBytes > 0) this.#entries[this.#entryBytes++] = comma
    this.#entryBytes += bytes.copy(this.#entries, this.#entryBytes, begin, end)
    return end
  }
}

/** @returns the index after the object, or `unusual`. */
function scanObject(bytes: Buffer, start: number, scanEntry: ScanEntry): number {
  if (bytes[start] !== openBrace) return unusual
  if (bytes[start + 1] === closeBrace) return start + 2
  for (let at = start + 1; ; at++) {
    const keyEnd = endOfKey(bytes, at)
    if (keyEnd === unusual || bytes[keyEnd + 1] !== colon) return unusual
    at = scanEntry(bytes, at + 1, keyEnd, keyEnd + 2)
    const next = bytes[at]
    if (next === closeBrace) return at + 1
    if (next !== comma) return unusual
  }
}

/** The index of the second quotation mark. */
function endOfKey(bytes: Buffer, at: number): number {
  if (bytes[at] !== quote) return unusual
  for (let index = at + 1; index < bytes.length; index++) {
    const byte = bytes[index]
    if (byte === quote) return index
    if (byte === backslash) return unusual
  }
  return unusual
}

function fieldOf(bytes: Buffer, keyStart: number, keyEnd: number): number {
  for (let field = 0; field < fieldKeys.length; field++) {
    const key = fieldKeys[field]
    if (key !== undefined && isText(bytes, keyStart, keyEnd, key)) return field
  }
  return -1
}

function isText(bytes: Buffer, start: number, end: number, text: Buffer): boolean {
  if (end - start !== text.length) return false
  for (let index = 0; index < text.length; index++) if (bytes[start + index] !== text[index]) return false
  return true
}

/** Whether the part of the key before the slash ends with the domain. */
function isOfDomain(bytes: Buffer, keyStart: number, keyEnd: number, suffix: Buffer): boolean {
  let at = keyStart
  while (at < keyEnd && bytes[at] !== slash) at++
  const begin = at - suffix.length
  return at < keyEnd && begin >= keyStart && isText(bytes, begin, at, suffix)
}

/** The text of a string of printable ASCII characters without escapes; undefined for any other value. */
function plainText(bytes: Buffer, valueAt: number): string | undefined {
  if (bytes[valueAt] !== quote) return undefined
  const start = valueAt + 1
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === quote) return bytes.toString('latin1', start, at)
    if (byte === backslash || byte < 32 || byte > 126) return undefined
  }
  return undefined
}
