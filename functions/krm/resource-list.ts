/**
 * A ResourceList as a function works on it: the list itself, and its items, which are read as they are asked for. There
 * are two ways to read it. In pieces: the text is cut into its items, and only those that matter are parsed, one at a
 * time. Whole: the text is parsed from its first to its last byte. Where the first is possible, both lead to the same
 * output (docs/adr/0009).
 */
import { invalid, type Parsed } from '../../api/parsed.ts'
import type { SourceEdit } from '../yaml/apply-edits.ts'
import { splitItems } from './split-items.ts'
import { explicitKeyReason, sharedReason } from '../yaml/edit-target.ts'
import { itemsUnder, type ManifestItem } from './manifest-item.ts'
import { type Prefilter, prefilter } from './prefilter.ts'
import { multilineFlow } from './multiline-flow.ts'
import type { SourceDocument, SourceMap, SourceSequence } from '../yaml/node.ts'
import { parseSource } from '../yaml/parse.ts'
import { isNull, lookUp, ownEntry, stringOf } from '../yaml/value.ts'

export type ResourceList = {
  readonly document: SourceDocument
  readonly root: SourceMap
  /** Absent where items are null. */
  readonly list: SourceSequence | undefined
  readonly pieces: readonly Piece[]
  /** Of all pieces. */
  readonly contains: Prefilter
  /** An edit of the document, as one of the text. */
  readonly placed: (edit: SourceEdit) => SourceEdit
}

/** One item with the comments below it, or all of them. */
export type Piece = {
  readonly contains: Prefilter
  /** Whether it is sure without parsing it that the next piece is not a part of it. Asked for in the order of the pieces. */
  readonly isClosed: () => boolean
  /** Undefined where it does not parse by itself. */
  readonly read: () => readonly ManifestItem[] | undefined
}

/** @returns undefined where the text cannot be cut. */
export function readInPieces(text: string): ResourceList | undefined {
  const cut = splitItems(text)
  if (!cut) return undefined
  const { starts, end } = cut
  const [first = 0] = starts
  const last = starts.at(-1) ?? first
  // The last item represents all: what is added to the list or after it is added after this one.
  const { value: head } = readHead(text.slice(0, first) + text.slice(last))
  if (head?.list?.items.length !== 1) return undefined
  const containsIn = prefilter(text)
  let open: readonly number[] | undefined
  let passed = 0
  const pieces = starts.map((start, index): Piece => {
    const behind = starts[index + 1] ?? end
    const isClosed = () => {
      open ??= multilineFlow(text).toSorted((a, b) => a - b)
      while ((open[passed] ?? end) < start) passed++
      return (open[passed] ?? end) >= behind
    }
    const read = () => readItem(text.slice(start, behind), start)
    return { contains: containsIn(start, behind), isClosed, read }
  })
  return { ...head, pieces, contains: containsIn(first, end), placed: shift(first, last - first) }
}

/** What is wrong follows "the input". */
export function readWhole(text: string): Parsed<ResourceList> {
  const head = readHead(text)
  if (head.diagnostics !== undefined) return head
  const { document, list } = head.value
  const items = list?.items.flatMap((item) => itemsUnder(document, item)) ?? []
  const contains = () => true
  return {
    value: { ...head.value, pieces: [{ contains, isClosed: () => true, read: () => items }], contains },
  }
}

type Head = Omit<ResourceList, 'pieces' | 'contains'>

function readHead(text: string): Parsed<Head> {
  const parsed = parseSource(text)
  if (parsed.diagnostics !== undefined) return parsed
  const [document, ...more] = parsed.value
  const root = document?.root
  if (!document || root?.type !== 'map')
    return invalid('is not a ResourceList: it is not a YAML or JSON object')
  if (more.length > 0) return invalid(`is not a ResourceList: it is ${more.length + 1} YAML documents`)
  const apiVersion = stringOf(lookUp(root, 'apiVersion')) ?? ''
  const kind = stringOf(lookUp(root, 'kind')) ?? ''
  if (kind !== 'ResourceList' || !/^config\.kubernetes\.io\/v1(beta1)?$/.test(apiVersion)) {
    return invalid(
      'is not a ResourceList: its apiVersion must be config.kubernetes.io/v1 or config.kubernetes.io/v1beta1 ' +
        'and its kind ResourceList',
    )
  }
  const shared = sharedReason(document, root) ?? explicitKeyReason(document, root, root.entries)
  if (shared !== undefined) return invalid(`is not a ResourceList that functions can edit: it ${shared}`)
  const entry = ownEntry(root, 'items')
  if (!entry) return invalid('is not a ResourceList: it has no items')
  const { value } = entry
  const placed = (edit: SourceEdit) => edit
  if (isNull(value)) return { value: { document, root, list: undefined, placed } }
  if (value.type !== 'sequence') return invalid('is not a ResourceList: its items are not a list')
  return { value: { document, root, list: value, placed } }
}

function readItem(source: string, start: number): readonly ManifestItem[] | undefined {
  const { value: documents = [] } = parseSource(source, start)
  const [document, ...more] = documents
  if (document?.root.type !== 'sequence' || document.root.items.length !== 1 || more.length > 0) {
    return undefined
  }
  return document.root.items.flatMap((item) => itemsUnder(document, item))
}

/** An edit that begins or ends at the first item stays there; all others move behind the items that were cut out. */
function shift(first: number, by: number): (edit: SourceEdit) => SourceEdit {
  const place = (position: number) => (position <= first ? position : position + by)
  return (edit) => ({ ...edit, start: place(edit.start), end: place(edit.end) })
}
