/**
 * A node of YAML source, with its position. Positions are UTF-16 offsets, ends exclusive; an anchor and a tag are before
 * the start. The text of a scalar is that of the source: types are not resolved.
 */
type Placed = {
  readonly start: number
  readonly end: number
  readonly anchor?: string
  readonly tag?: string
}
export type ScalarStyle = 'plain' | 'quoted' | 'block'

export type SourceScalar = Placed & {
  readonly type: 'scalar'
  readonly style: ScalarStyle
  readonly text: string
}
export type SourceAlias = Placed & {
  readonly type: 'alias'
  readonly name: string
  /** The nearest node before it that has the anchor. */
  readonly target: SourceContent
}
export type SourceSequence = Placed & {
  readonly type: 'sequence'
  readonly flow: boolean
  readonly items: readonly SourceNode[]
}
/** Other keys than scalars are refused. */
export type SourceEntry = { readonly key: SourceScalar; readonly value: SourceNode }
export type SourceMap = Placed & {
  readonly type: 'map'
  readonly flow: boolean
  readonly entries: readonly SourceEntry[]
}
export type SourceContent = SourceScalar | SourceSequence | SourceMap
export type SourceNode = SourceContent | SourceAlias

export type SourceDocument = {
  readonly source: string
  /** The offset of the source in the text that it was cut from. The positions of the nodes are relative to the source. */
  readonly at: number
  readonly root: SourceNode
  /** The names that aliases of this document use. */
  readonly aliased: ReadonlySet<string>
}
