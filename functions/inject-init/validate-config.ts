import type { Diagnostic } from '../../api/diagnostic.ts'
import { pathsOverlap } from '../../api/paths-overlap.ts'
import type { InjectConfig } from './inject-config.ts'
import { validateEnv } from './validate-env.ts'

/** Checks valid options against each other. */
export function validateConfig(config: InjectConfig): Diagnostic[] {
  const differing = [
    ['secretVolumeName', 'annotationsVolumeName'],
    ['containerName', 'refreshContainerName'],
  ] as const
  const alike = differing
    .filter(([one, other]) => config[one] === config[other])
    .map(([one, other]) => ({
      message: `${config.nameOption(one)} and ${config.nameOption(other)} must differ`,
    }))
  return [...alike, ...validateMounts(config), ...validateEnv(config)]
}

/** A volume mounted inside the other would create a folder among the secrets, or could not be mounted. */
function validateMounts({ secretMountPath, annotationsMountPath, nameOption }: InjectConfig): Diagnostic[] {
  const overlap = pathsOverlap(secretMountPath, annotationsMountPath)
  if (overlap === 'none') return []
  const both = `${nameOption('secretMountPath')} and ${nameOption('annotationsMountPath')}`
  const message = overlap === 'same' ? `${both} must differ` : `${both} must not be one inside the other`
  return [{ message }]
}
