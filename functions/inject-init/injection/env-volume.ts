/** The volume with the file from which the kubelet reads environment variables. Init mounts it; the containers do not need to. */
import { type Diagnostic, quote } from '../../../api/diagnostic.ts'
import { initVariables } from '../../../api/settings/init-env.ts'
import { pathsOverlap } from '../../../api/paths-overlap.ts'
import type { ValueMap } from '../../yaml/value.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import { plainValue } from '../options/validate-env.ts'

const sizeLimit = '1Mi'

export function envVolume({ envVolumeName, medium }: InjectConfig): ValueMap {
  return { name: envVolumeName, emptyDir: { ...(medium === '' ? {} : { medium }), sizeLimit } }
}

/** Where init mounts the volume, and the file in it, as the kubelet names it. */
export function envFileOf(config: Pick<InjectConfig, 'env'>): {
  readonly mountPath: string
  readonly path: string
} {
  const file = givenFile(config) ?? initVariables.envFile.default
  const slash = file.lastIndexOf('/')
  return { mountPath: file.slice(0, slash), path: file.slice(slash + 1) }
}

/** What is wrong with the options in a pod that has variables. */
export function validateEnvVolume(config: InjectConfig): Diagnostic[] {
  const { nameOption, envVolumeName } = config
  const diagnostics: Diagnostic[] = []
  for (const other of ['secretVolumeName', 'annotationsVolumeName'] as const)
    if (config[other] === envVolumeName)
      diagnostics.push({ message: `${nameOption('envVolumeName')} and ${nameOption(other)} must differ` })
  const { env } = initVariables.envFile
  const isGiven = config.env.some(({ name }) => name === env)
  const file = isGiven ? givenFile(config) : initVariables.envFile.default
  if (file === undefined || !/^(\/\.?[^/.:$][^/:$]*){2,}$/.test(file)) {
    const shown = file === undefined ? '' : ` ${quote(file)}`
    const message = `${nameOption('env')}: ${env}${shown} must be the path of a file in a folder of its own, such as ${initVariables.envFile.default}`
    return [...diagnostics, { message }]
  }
  const { mountPath } = envFileOf(config)
  for (const option of ['secretMountPath', 'annotationsMountPath'] as const) {
    if (pathsOverlap(mountPath, config[option]) === 'none') continue
    const where = isGiven ? `${nameOption('env')}: the folder of ${env}` : `the folder of ${env}`
    const message = `${where}, ${mountPath}, and ${nameOption(option)}, ${config[option]}, must not be the same or inside each other`
    diagnostics.push({ message })
  }
  return diagnostics
}

/** Undefined where it is not given, or not in the manifest. */
function givenFile({ env }: Pick<InjectConfig, 'env'>): string | undefined {
  const given = env.find(({ name }) => name === initVariables.envFile.env)
  return given && plainValue(given)
}
