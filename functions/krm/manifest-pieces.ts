/**
 * The text of manifests in pieces that are parsed one at a time, so that no more than one tree is kept. A piece is a document, or an item of a
 * ResourceList. Where every piece can be read, their objects are those of the whole text (parse.ts, with itemsUnder).
 */
import { parseSource } from '../yaml/parse.ts'
import { itemsUnder, type ManifestItem } from './manifest-item.ts'
import { readInPieces } from './resource-list.ts'

/** The objects of a piece, parsed each time; undefined where that cannot be done without the rest of the text. */
export type ReadPiece = () => readonly ManifestItem[] | undefined

/** @returns undefined where the text cannot be cut. */
export function manifestPieces(text: string): readonly ReadPiece[] | undefined {
  const list = readInPieces(text)
  if (list)
    return list.pieces.map(
      ({ read }) =>
        () =>
          withOwnKinds(read()),
    )
  return documentsOf(text)?.map(
    ([start, end]) =>
      () =>
        readDocument(text.slice(start, end), start),
  )
}

/** An item without apiVersion or kind gets those of the list, which is not known here. */
function withOwnKinds(items: readonly ManifestItem[] | undefined): readonly ManifestItem[] | undefined {
  const isWhole = items?.every(({ object }) => object.apiVersion !== '' && object.kind !== '')
  return isWhole && items && items.length > 0 ? items : undefined
}

const marker = '---\n'

/**
 * Where documents begin and end: at lines that are a marker and no more. Behind what else separates documents, a piece has several. Quotes and
 * brackets that such a line is in are not closed in their piece.
 */
function documentsOf(text: string): readonly (readonly [start: number, end: number])[] | undefined {
  // A byte order mark at the start of a piece would be skipped; in the middle of the whole text it is refused.
  if (!text.endsWith('\n') || text.includes('\ufeff')) return undefined
  const documents: (readonly [number, number])[] = []
  let start = text.startsWith(marker) ? marker.length : 0
  for (
    let end = text.indexOf(`\n${marker}`, start - 1);
    end >= 0;
    end = text.indexOf(`\n${marker}`, start - 1)
  ) {
    documents.push([start, end + 1])
    start = end + 1 + marker.length
  }
  return [...documents, [start, text.length]]
}

function readDocument(source: string, at: number): readonly ManifestItem[] | undefined {
  // A directive, if it were the start of a text.
  if (source.startsWith('%')) return undefined
  const { value: documents } = parseSource(source, at)
  return documents && documents.length <= 1
    ? documents.flatMap((one) => itemsUnder(one, one.root))
    : undefined
}
