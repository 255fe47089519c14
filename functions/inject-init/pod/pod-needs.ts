import { contractOf } from '../../../api/pod/contract.ts'
import { type DeliveredVariable, deliveredVariables } from '../../../api/pod/delivered-variables.ts'
import type { PodAnnotations } from '../../../api/pod/pod-annotations.ts'
import type { PodSettings } from '../../../api/pod/pod-settings.ts'

/** What of a pod's annotations decides what is injected. */
export type PodNeeds = {
  readonly settings: PodSettings
  /** The version of the contract that init must know. */
  readonly contract: number
  readonly variables: readonly DeliveredVariable[]
}

/** Whether a pod needs what every pod gets. */
export function isPlain({ settings, contract, variables }: PodNeeds): boolean {
  return contract === 1 && variables.length === 0 && Object.keys(settings).length === 0
}

export const noNeeds: PodNeeds = { settings: {}, contract: 1, variables: [] }

export function needsOf(pod: PodAnnotations): PodNeeds {
  return { settings: pod.settings, contract: contractOf(pod), variables: deliveredVariables(pod) }
}
