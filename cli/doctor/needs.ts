/** What of the cluster the checked workloads need. */
import { deliveredVariables } from '../../api/pod/delivered-variables.ts'
import { isDynamic } from '../../api/pod/pod-annotations.ts'
import { readsStore, type Workload } from '../../functions/workload/workload.ts'
import { minorOf, minorOfVariables } from './kubernetes-version.ts'

export type Needs = {
  /** Whether any has environment variables (attribute `env`). */
  readonly variables: boolean
  /** Whether the creator has something to create for them. */
  readonly dynamic: boolean
  /** The least minor version of the kubelets, and why; undefined where every kubelet will do. */
  readonly kubelet: { readonly minor: number; readonly because: string } | undefined
}

/** @param minKubelet the option of inject-init; empty: not known. */
export function needsOf(workloads: readonly Workload[], minKubelet: string): Needs {
  const variables = workloads.some(({ pod }) => deliveredVariables(pod).length > 0)
  const promised = minorOf(minKubelet)
  const kubelet =
    promised !== undefined
      ? { minor: promised, because: `option minKubelet is "${minKubelet}"` }
      : variables
        ? { minor: minorOfVariables, because: 'the attribute env needs it' }
        : undefined
  return {
    variables,
    dynamic: workloads.some((one) => readsStore(one) && one.pod.declared.some(isDynamic)),
    kubelet,
  }
}
