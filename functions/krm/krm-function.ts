import type { Result } from './result.ts'
import type { ManifestItem } from './manifest-item.ts'
import type { Prefilter } from './prefilter.ts'
import type { GivenOptions, OptionDescription } from './options/options.ts'
import type { SourceEdit } from '../yaml/apply-edits.ts'
import type { Value } from '../yaml/value.ts'

/** Who runs the function: the two read results and identify items in different ways. */
export type Orchestrator = 'kustomize' | 'kpt' | 'none'

type FunctionInput = {
  readonly config: GivenOptions
  readonly orchestrator: Orchestrator
  /** The values of an annotation on the objects themselves, in their order. */
  readonly valuesOf: (annotation: string) => Iterable<string>
}

/** One run over the items of an input. They are parsed one at a time, so what is kept of one decides over the memory. */
export type FunctionPass = {
  /** Whether an item may matter, by what its source mentions: what does not is not parsed. */
  readonly concerns: (contains: Prefilter) => boolean
  /** Is called once for each item, in their order. */
  readonly process: (item: ManifestItem) => readonly SourceEdit[]
  /** After the last item. */
  readonly end: () => FunctionOutput
}

export type FunctionOutput = {
  /** Errors among them mean that nothing is edited. */
  readonly results: readonly Result[]
  /** Edits that had to wait for the last item. */
  readonly edited?: EditedItem
  readonly generated?: Generated
}

export type EditedItem = { readonly item: ManifestItem; readonly edits: readonly SourceEdit[] }

/** An object made by the function. */
export type Generated = {
  readonly object: Value
  /** Every other item is dropped; otherwise it is added at the end. */
  readonly only: boolean
}

export type KrmFunction = {
  readonly name: string
  /** One sentence: what it does. */
  readonly purpose: string
  readonly options: Readonly<Record<string, OptionDescription>>
  /** The kind of its own functionConfig. */
  readonly configKind: string
  readonly begin: (input: FunctionInput) => FunctionPass
}

/** The pass of a function that returns only these results, for any items. */
export function passWith(results: readonly Result[]): FunctionPass {
  return { concerns: () => false, process: () => [], end: () => ({ results }) }
}
