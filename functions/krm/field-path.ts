import type { Path } from '../yaml/edit-target.ts'

/**
 * A path as kyaml writes and splits it: a key with a dot or a slash in it is in brackets, so that it is one step, such as
 * `spec.template.metadata.annotations.[secret.bsycorp.com/db.password]`.
 * https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.20.1/kyaml/utils/pathsplitter.go
 */
export function formatFieldPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    const key = /^[A-Za-z0-9_-]+$/.test(step) ? step : `[${step}]`
    return text === '' ? key : `${text}.${key}`
  }, '')
}
