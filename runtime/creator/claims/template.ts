/** What the creator keeps of pods: a pod is little more than its name, because the pods of one workload share a template. */
import type { Claim, TemplateContent } from './read-claims.ts'

export type Pod = {
  readonly uid: string
  readonly name: string
  /** In seconds. */
  readonly createdAt: number
}

export type Template = TemplateContent & {
  readonly key: string
  readonly namespace: string
  /** When the first of its pods was seen, by the creator's clock. */
  readonly seenAt: number
  readonly pods: ReadonlySet<Pod>
}

/** What one template claims. */
export type Claimant = { readonly claim: Claim; readonly template: Template }
