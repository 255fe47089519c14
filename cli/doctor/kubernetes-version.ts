/** The minor version of `v1.36.3-eks-1`; undefined where the text is no version of Kubernetes 1. */
export function minorOf(version: string): number | undefined {
  const [, minor] = /^v?1\.(\d{1,3})\b/.exec(version) ?? []
  return minor === undefined ? undefined : Number(minor)
}

/** The first with `fileKeyRef` on by default, in the API server and in the kubelet: the feature gate EnvFiles. */
export const minorOfVariables = 35
