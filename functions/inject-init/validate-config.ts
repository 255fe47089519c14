import { pathsOverlap } from '../../api/paths-overlap.ts'
import type { InjectConfig } from './inject-config.ts'
import { validateEnv } from './validate-env.ts'

/** Checks valid options against each other. */
export function validateConfig(config: InjectConfig): string[] {
  const differing = [
    ['secretVolumeName', 'annotationsVolumeName'],
    ['containerName', 'refreshContainerName'],
  ] as const
  const alike = differing
    .filter(([one, other]) => config[one] === config[other])
    .map(([one, other]) => `${config.nameOption(one)} and ${config.nameOption(other)} must differ`)
  return [...alike, ...mountProblems(config), ...validateEnv(config)]
}

/** A volume mounted inside the other would create a folder among the secrets, or could not be mounted. */
function mountProblems({ secretMountPath, annotationsMountPath, nameOption }: InjectConfig): string[] {
  const overlap = pathsOverlap(secretMountPath, annotationsMountPath)
  if (overlap === 'none') return []
  const both = `${nameOption('secretMountPath')} and ${nameOption('annotationsMountPath')}`
  return [overlap === 'same' ? `${both} must differ` : `${both} must not be one inside the other`]
}
