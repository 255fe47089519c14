/**
 * YAML text as a tree of nodes with positions, so that an edit changes its own bytes and no others. JSON is read by the same
 * code, as YAML in flow style.
 */
import { COLLECTION_STYLE, type Event, EVENT_ID, YAMLException } from 'js-yaml'
import type { Diagnostic } from '../../api/diagnostic.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'
import { mergesReadOtherwise, otherMergeKey } from './merge-order.ts'
import type {
  SourceAlias,
  SourceContent,
  SourceDocument,
  SourceEntry,
  SourceMap,
  SourceNode,
  SourceSequence,
} from './node.ts'
import { parsePlain } from './parse-plain.ts'
import { emptyScalar, type Gap, type ScalarEvent, scalarFrom } from './parse-scalar.ts'
import { positionsIn } from './position.ts'
import { beginsJson, keyReadOtherwise, readOtherwise, type ReadOtherwise } from './read-otherwise.ts'
import { tooManyNodes } from './size-limit.ts'
import { behindBracket } from './trivia.ts'
import { hasMergeKey } from './value.ts'
import { yamlEvents } from './events.ts'

/** Deeper than any manifest nests. The limit makes hostile input an error instead of a stack overflow. */
const maxDepth = 200

/** The nodes that aliases may repeat in one document, likewise: a few lines can expand to billions of nodes. */
const maxRepeated = 1_000_000

/**
 * A text without any document gives none. What is wrong names the line, never its text.
 *
 * @param at where the source begins in the text that it was cut from. @param kept the nodes of other texts that are kept.
 */
export function parseSource(source: string, at = 0, kept = 0): Parsed<readonly SourceDocument[]> {
  const tooLarge = tooManyNodes(source, kept)
  if (tooLarge) return { diagnostics: [tooLarge] }
  const plain = parsePlain(source)
  if (plain) return { value: [{ source, at, root: plain, aliased: noNames }] }
  return parseByEvents(source, at)
}

const noNames: ReadonlySet<string> = new Set()

/** As parseSource, for all of YAML. */
export function parseByEvents(source: string, at = 0): Parsed<readonly SourceDocument[]> {
  let events: Event[]
  try {
    events = yamlEvents(source, maxDepth)
  } catch (error) {
    return { diagnostics: [syntaxDiagnostic(error, source)] }
  }
  const documents: SourceDocument[] = []
  const reader: Reader = { source, at, events, keys: [], merging: [], position: 0, behind: 0 }
  while (reader.position < events.length) {
    const names: Names = { anchors: new Map(), aliased: new Set(), nodes: 0, repeated: 0 }
    documents.push(readDocument(reader, names))
    if (names.unknown !== undefined) return unknownAlias(source, names.unknown)
    if (names.repeated > maxRepeated) return invalid(`has aliases that repeat more than ${maxRepeated} nodes`)
  }
  const otherwise = [
    ...readOtherwise(source, events),
    ...reader.keys,
    ...reader.merging.flatMap(mergesReadOtherwise),
  ].toSorted((a, b) => a.offset - b.offset)
  if (otherwise.length === 0) return { value: documents }
  const position = positionsIn(source)
  const diagnostics = otherwise.map(({ offset, message, hint }) => ({
    message,
    hint,
    position: position(offset),
  }))
  return { diagnostics }
}

type Reader = {
  readonly source: string
  readonly at: number
  readonly events: readonly Event[]
  /** The keys that kubectl and kustomize read otherwise. */
  readonly keys: ReadOtherwise[]
  /** The maps with a merge key, to be checked when it is known that aliases do not repeat too many nodes. */
  readonly merging: SourceMap[]
  position: number
  /** The end of the previous document. */
  behind: number
}

/** The anchors of a document up to the current position. */
type Names = {
  readonly anchors: Map<string, { readonly node: SourceContent; readonly nodes: number }>
  readonly aliased: Set<string>
  /** The nodes so far, with each alias counted as all nodes of its target. */
  nodes: number
  /** The part of them that aliases repeat. */
  repeated: number
  /** The position of an alias without an anchor. */
  unknown?: number
}

function readDocument(reader: Reader, names: Names): SourceDocument {
  reader.position++
  const root =
    reader.events[reader.position]?.type === EVENT_ID.POP
      ? emptyScalar(reader.behind)
      : readNode(reader, names, { after: reader.behind, indicator: '' })
  reader.position++
  reader.behind = root.end
  return { source: reader.source, at: reader.at, root, aliased: names.aliased }
}

function readNode(reader: Reader, names: Names, gap: Gap): SourceNode {
  const event = reader.events[reader.position++]
  if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) {
    throw new Error('the event stream of the YAML parser is not well-formed')
  }
  if (event.type === EVENT_ID.ALIAS) return aliasFrom(reader.source, event, names)
  const before = names.nodes++
  const node =
    event.type === EVENT_ID.SCALAR
      ? scalarFrom(reader.source, event, gap)
      : readCollection(reader, names, event)
  if (event.anchorStart < 0 && event.tagStart < 0) return node
  const properties = propertiesOf(reader.source, event)
  const placed = { ...node, ...properties }
  if (properties.anchor !== undefined) {
    names.anchors.set(properties.anchor, { node: placed, nodes: names.nodes - before })
  }
  return placed
}

type AliasEvent = Extract<Event, { type: typeof EVENT_ID.ALIAS }>
type CollectionEvent = Extract<Event, { style: unknown; start: number }>

function aliasFrom(source: string, { anchorStart, anchorEnd }: AliasEvent, names: Names): SourceAlias {
  const name = source.slice(anchorStart, anchorEnd)
  const start = anchorStart - 1
  names.aliased.add(name)
  const { node, nodes } = names.anchors.get(name) ?? { node: undefined, nodes: 1 }
  if (!node) names.unknown ??= start
  names.nodes += nodes
  names.repeated += nodes
  return { type: 'alias', name, target: node ?? emptyScalar(start), start, end: anchorEnd }
}

function readCollection(reader: Reader, names: Names, event: CollectionEvent): SourceSequence | SourceMap {
  const { source } = reader
  const { start } = event
  const isSequence = event.type === EVENT_ID.SEQUENCE
  const flow = event.style === COLLECTION_STYLE.FLOW
  const children: SourceNode[] = []
  let end = flow ? start + 1 : start
  while (reader.events[reader.position]?.type !== EVENT_ID.POP) {
    const isValue = !isSequence && children.length % 2 === 1
    const indicator = isValue ? ':' : isSequence && !flow ? '-' : ''
    const child = readNode(reader, names, { after: end, indicator })
    end = Math.max(end, child.end)
    children.push(child)
  }
  reader.position++
  if (flow && hasBrackets(source, start, children)) end = behindBracket(source, end)
  if (isSequence) return { type: 'sequence', flow, items: children, start, end }
  const entries: SourceEntry[] = []
  for (let index = 0; index + 1 < children.length; index += 2) {
    const [key, value] = [children[index], children[index + 1]]
    if (!key || !value) continue
    const otherwise = keyReadOtherwise(key) ?? (key.type === 'scalar' ? otherMergeKey(key) : undefined)
    if (otherwise) reader.keys.push(otherwise)
    else if (key.type === 'scalar') entries.push({ key, value })
  }
  const map: SourceMap = { type: 'map', flow, entries, start, end }
  if (hasMergeKey(map)) reader.merging.push(map)
  return map
}

/** `[a: b]` is a list with a map that has no brackets of its own. */
function hasBrackets(source: string, start: number, [first]: readonly SourceNode[]): boolean {
  return (source[start] === '[' || source[start] === '{') && first?.start !== start
}

function propertiesOf(
  source: string,
  event: CollectionEvent | ScalarEvent,
): { anchor?: string; tag?: string } {
  const anchor = event.anchorStart < 0 ? {} : { anchor: source.slice(event.anchorStart, event.anchorEnd) }
  const tag = event.tagStart < 0 ? {} : { tag: shortTag(source.slice(event.tagStart, event.tagEnd)) }
  return { ...anchor, ...tag }
}

/** `!<tag:yaml.org,2002:str>` is `!!str`. */
function shortTag(tag: string): string {
  return tag.replace(/^!<tag:yaml\.org,2002:(.*)>$/, '!!$1')
}

/** The reason and the line that the parser gives, without anything that it quotes from the source. */
function syntaxDiagnostic(error: unknown, source: string): Diagnostic {
  if (!(error instanceof YAMLException)) throw error
  const { mark, reason } = error
  const shown = reason.replace(/: .*| ".*"/s, '').replace(`maxDepth (${maxDepth})`, `${maxDepth} levels`)
  const wrong: Diagnostic =
    beginsJson.test(source) && reason.startsWith('end of the stream or a document separator')
      ? {
          message: 'has something after the first JSON object, and one file has one object',
          hint: 'put the objects into the items of a List, or a line with --- between them',
        }
      : { message: `is not valid YAML: ${shown}` }
  return mark ? { ...wrong, position: { line: mark.line + 1, column: mark.column + 1 } } : wrong
}

function unknownAlias(source: string, offset: number): Parsed<never> {
  return {
    diagnostics: [{ message: 'has an alias without an anchor', position: positionsIn(source)(offset) }],
  }
}
