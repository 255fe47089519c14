import type { PodSettings } from '../../api/pod-annotations.ts'
import type { OptionNaming } from '../krm/options.ts'
import type { InjectionRecord } from '../workload/injection-record.ts'

export type Change = {
  /** Of the pod as it is: `container app does not mount /secret`. */
  readonly says: string
  /** Whether init, or the app, fares otherwise without it. */
  readonly matters: boolean
}

/** Whose word it is that something be otherwise. */
export type Asked = {
  /** Of the annotations. */
  readonly settings: PodSettings
  /** What injection would record. */
  readonly next: InjectionRecord
  readonly nameOption: OptionNaming
}
