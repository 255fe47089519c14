import { type Diagnostic, quote } from '../../api/diagnostic.ts'
import type { SourceEdit } from './apply-edits.ts'
import {
  addedEntry,
  addedItem,
  emptySource,
  holdsComment,
  removedEntries,
  removedItems,
  replacedItem,
  replacedValue,
  restoredValue,
  valueSource,
} from './edit.ts'
import {
  type EditableList,
  explicitKeyReason,
  lostAnchor,
  pathText,
  type Path,
  sharedReason,
} from './edit-target.ts'
import { columnOf } from './lines.ts'
import type { SourceDocument, SourceEntry, SourceMap, SourceNode, SourceSequence } from './node.ts'
import type { ListStyle } from './print-plain.ts'
import { duplicateKeys, isNull, ownEntry, type Value } from './value.ts'

/**
 * The edits of one document, or the reasons why it cannot be edited. An edit must not change other nodes, so the nodes to
 * edit are looked up through the editor, which refuses nodes that are shared through an alias, an anchor or a merge key.
 * The caller applies the edits only if nothing was refused.
 */
export class Editor {
  readonly #document: SourceDocument
  readonly #edits: SourceEdit[] = []
  readonly #diagnostics: Diagnostic[] = []
  #lists: ListStyle = 'compact'

  constructor(document: SourceDocument) {
    this.#document = document
  }

  get document(): SourceDocument {
    return this.#document
  }

  /** @param message such as `spec.volumes is not a list`. */
  refuse(message: string, hint?: string): void {
    this.#diagnostics.push(hint === undefined ? { message } : { message, hint })
  }

  get isRefused(): boolean {
    return this.#diagnostics.length > 0
  }

  get hasEdits(): boolean {
    return this.#edits.length > 0
  }

  finish(): { readonly edits: readonly SourceEdit[]; readonly diagnostics: readonly Diagnostic[] } {
    const name = lostAnchor(this.#document, this.#edits)
    if (name !== undefined) this.refuse(`the anchor &${name} would be removed, but is also used elsewhere`)
    return { edits: this.#edits, diagnostics: this.#diagnostics }
  }

  /** Writes lists with the indentation of the list under this key, where there is one in block style. */
  followListStyle(map: SourceMap, key: string): void {
    const list = ownEntry(map, key)?.value
    if (list?.type !== 'sequence' || list.flow || map.flow) return
    const { source } = this.#document
    this.#lists = columnOf(source, list.start) > columnOf(source, map.start) ? 'wide' : 'compact'
  }

  /** The map at a path, or undefined with the reason refused. A number in a path is a position in a list. */
  mapAt(root: SourceMap, path: Path): SourceMap | undefined {
    let node: SourceNode = root
    let length = 0
    const where = () => pathText(path.slice(0, length))
    for (const step of path) {
      const child = this.#childOf(node, step, where)
      if (!child) return undefined
      node = child
      length++
    }
    return this.checkMap(node, where)
  }

  #childOf(node: SourceNode, step: string | number, where: () => string): SourceNode | undefined {
    if (typeof step === 'string') {
      const map = this.checkMap(node, where)
      if (!map) return undefined
      const value = ownEntry(map, step)?.value
      if (!value) this.refuse(`${where() === pathText([]) ? '' : `${where()}.`}${step} is missing`)
      return value
    }
    const reason = sharedReason(this.#document, node)
    if (reason !== undefined) this.refuse(`${where()} ${reason}`)
    return reason === undefined && node.type === 'sequence' ? node.items[step] : undefined
  }

  /** The node if it is a map that may be edited, else undefined with the reason refused. @param where its path, which is seldom needed. */
  checkMap(node: SourceNode, where: () => string): SourceMap | undefined {
    const isMap = node.type === 'map' || node.type === 'alias'
    const reason = isMap ? sharedReason(this.#document, node) : 'is not a map'
    if (reason !== undefined) this.refuse(`${where()} ${reason}`)
    if (reason !== undefined || node.type !== 'map') return undefined
    for (const key of duplicateKeys(node)) this.refuse(`${where()} has the key ${JSON.stringify(key)} twice`)
    return node
  }

  /** The list of maps under a key of a map. @param where the path of the map. */
  listUnder(map: SourceMap, key: string, where: string): EditableList {
    const entry = ownEntry(map, key)
    if (!entry) return { map, items: [] }
    const { value } = entry
    const path = `${where}.${key}`
    const reason = sharedReason(this.#document, value)
    if (reason !== undefined) this.refuse(`${path} ${reason}`)
    if (value.type !== 'sequence') {
      if (reason === undefined && !isNull(value)) this.refuse(`${path} is not a list`)
      return { map, entry, items: [] }
    }
    const items = value.items.flatMap((item, index) => this.checkMap(item, () => `${path}[${index}]`) ?? [])
    return value.items.length === 0 ? { map, entry, items } : { map, entry, list: value, items }
  }

  /** Adds an entry to a map. @param before the key of the entry that it goes before; absent: at the end. */
  addEntry(map: SourceMap, key: string, value: Value, before?: string): void {
    this.#edits.push(addedEntry(this.#document.source, map, key, value, this.#lists, before))
  }

  /** Adds an item to a list: as the first, as the last, or after another. */
  addItem(list: SourceSequence, value: Value, where: 'first' | 'last' | SourceNode): void {
    this.#edits.push(addedItem(this.#document.source, list, value, where, this.#lists))
  }

  /** Replaces the value of an entry, with its anchor and its tag. */
  replaceValue(map: SourceMap, entry: SourceEntry, value: Value): void {
    if (!this.#checkKeys(map, [entry])) return
    this.#edits.push(...replacedValue(this.#document.source, map, entry, value, this.#lists))
  }

  /** The source of a value, for restoreValue; undefined, with the reason refused, if it could not be restored. */
  valueSource(map: SourceMap, entry: SourceEntry): string | undefined {
    return this.#checkKeys(map, [entry]) ? valueSource(this.#document.source, map, entry) : undefined
  }

  #checkKeys(map: SourceMap, entries: readonly SourceEntry[]): boolean {
    const reason = explicitKeyReason(this.#document, map, entries)
    const names = entries.map(({ key }) => key.text)
    if (reason !== undefined) this.refuse(`the map with ${names.map(quote).join(', ')} ${reason}`)
    return reason === undefined
  }

  /** Likewise of a map that has no more entries. @param always false: undefined too if no comment is in it. */
  emptySource(map: SourceMap, entry: SourceEntry, always: boolean): string | undefined {
    if (!this.#checkKeys(map, [entry])) return undefined
    const { source } = this.#document
    return always || holdsComment(source, map, entry) ? emptySource(source, map, entry) : undefined
  }

  /** Replaces the value of an entry by what was there before. Comments between the key and the value are not removed. */
  restoreValue(map: SourceMap, entry: SourceEntry, text: string): void {
    if (!this.#checkKeys(map, [entry])) return
    this.#edits.push(...restoredValue(this.#document.source, map, entry, text))
  }

  /** Replaces an item. */
  replaceItem(list: SourceSequence, item: SourceNode, value: Value): void {
    this.#edits.push(replacedItem(this.#document.source, list, item, value, this.#lists))
  }

  /** Removes entries. At least one must be left: to remove all of them, remove the entry of the map. */
  removeEntries(map: SourceMap, entries: readonly SourceEntry[]): void {
    if (!this.#checkKeys(map, entries)) return
    this.#edits.push(...removedEntries(this.#document.source, map, entries))
  }

  /** Removes items, likewise. */
  removeItems(list: SourceSequence, items: readonly SourceNode[]): void {
    this.#edits.push(...removedItems(this.#document.source, list, items))
  }
}
