/** The validated options of inject-init. */
import type { SecretsFormat } from '../../api/secrets-format.ts'
import type { WorkloadConfig } from '../workload/workload-options.ts'
import type { ValueMap } from '../yaml/value.ts'
import type { EnvVariable } from './env-option.ts'

export type InjectConfig = WorkloadConfig & {
  readonly image: string
  /** Empty: the default of Kubernetes. */
  readonly imagePullPolicy: string
  readonly containerName: string
  readonly secretMountPath: string
  readonly secretVolumeName: string
  readonly annotationsMountPath: string
  readonly annotationsVolumeName: string
  readonly medium: 'Memory' | ''
  readonly sizeLimit: string
  readonly containerResources: ValueMap
  /** Absent: not set in the container. */
  readonly runAsUser: number | undefined
  readonly env: readonly EnvVariable[]
  /** The containers that get the mount; empty: all. */
  readonly containers: readonly string[]
  readonly format: SecretsFormat
  /** In milliseconds; absent: no sidecar. */
  readonly refresh: number | undefined
  readonly refreshContainerName: string
  /** The names of the options that were set. */
  readonly explicit: ReadonlySet<string>
}
