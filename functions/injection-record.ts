/**
 * The record of what inject-init added to a workload, in the annotation `kees.bsycorp.com/injected` on the workload's
 * own metadata. It tells our container, volumes and mounts from those of others that happen to have the same name.
 */
import { injectedAnnotation } from '../api/annotation-domain.ts'
import type { Checked } from '../api/checked.ts'

export type InjectionRecord = {
  readonly container: string
  readonly volumes: readonly string[]
  /** The containers that got the secrets mounted, in the order in which they stand in the pod. */
  readonly mounts: readonly string[]
  /** Present when a configuration named the containers that get the mount. */
  readonly containers?: readonly string[]
}

export function formatRecord({ container, volumes, mounts, containers }: InjectionRecord): string {
  return JSON.stringify({ container, volumes, mounts, containers })
}

export function parseRecord(text: string): Checked<InjectionRecord> {
  const problem = `annotation ${injectedAnnotation}: is not a record of inject-init; remove it and run inject-init again`
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return { problem }
    throw error
  }
  if (typeof value !== 'object' || value === null) return { problem }
  if (!('container' in value) || !('volumes' in value) || !('mounts' in value)) return { problem }
  const { container, volumes, mounts } = value
  if (typeof container !== 'string' || !isNames(volumes) || !isNames(mounts)) return { problem }
  const containers = 'containers' in value ? value.containers : undefined
  if (containers === undefined) return { value: { container, volumes, mounts } }
  return isNames(containers) ? { value: { container, volumes, mounts, containers } } : { problem }
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
