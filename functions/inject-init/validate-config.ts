import { pathsOverlap } from '../../api/paths-overlap.ts'
import type { InjectConfig } from './inject-config.ts'
import { validateEnv } from './validate-env.ts'

/** What is wrong with options taken together, though each of them is well-formed. */
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

/** One volume inside the other would be a mount point that the containers find in their files, or that cannot be made. */
function mountProblems({ secretMountPath, annotationsMountPath, nameOption }: InjectConfig): string[] {
  const overlap = pathsOverlap(secretMountPath, annotationsMountPath)
  if (overlap === 'none') return []
  const both = `${nameOption('secretMountPath')} and ${nameOption('annotationsMountPath')}`
  return [overlap === 'same' ? `${both} must differ` : `${both} must not be one inside the other`]
}
