import type { Finding } from './krm-result.ts'
import type { ManifestItem } from './manifest-item.ts'
import type { OptionDescription } from './options.ts'
import type { SourceEdit } from './apply-edits.ts'
import type { FunctionConfig } from './function-config.ts'
import type { Value } from './source-value.ts'

/** Who runs the function: the two read results and identify items in different ways. */
export type Orchestrator = 'kustomize' | 'kpt' | 'none'

export type FunctionInput = {
  readonly items: readonly ManifestItem[]
  readonly config: FunctionConfig
  readonly orchestrator: Orchestrator
}

export type FunctionOutput = {
  /** Errors among them mean that nothing is edited. */
  readonly findings: readonly Finding[]
  readonly edited?: readonly EditedItem[]
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
  readonly run: (input: FunctionInput) => FunctionOutput
}
