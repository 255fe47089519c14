import { type Diagnostic, quote } from '../../../api/diagnostic.ts'
import { isMap } from '../../../api/json.ts'
import { pathsOverlap } from '../../../api/paths-overlap.ts'
import type { InjectConfig } from './inject-config.ts'
import { compareQuantities, parseQuantity } from './quantity.ts'
import { validateEnv } from './validate-env.ts'

/** Checks valid options against each other: of each configuration once. */
export function validateConfig(config: InjectConfig): readonly Diagnostic[] {
  const known = validated.get(config)
  if (known) return known
  const diagnostics = validate(config)
  validated.set(config, diagnostics)
  return diagnostics
}

const validated = new WeakMap<InjectConfig, readonly Diagnostic[]>()

function validate(config: InjectConfig): Diagnostic[] {
  const differing = [
    ['secretVolumeName', 'annotationsVolumeName'],
    ['containerName', 'refreshContainerName'],
  ] as const
  const alike = differing
    .filter(([one, other]) => config[one] === config[other])
    .map(([one, other]) => ({
      message: `${config.nameOption(one)} and ${config.nameOption(other)} must differ`,
    }))
  return [...alike, ...validateMounts(config), ...validateMemory(config), ...validateEnv(config)]
}

/** A volume mounted inside the other would create a folder among the secrets, or could not be mounted. */
function validateMounts({ secretMountPath, annotationsMountPath, nameOption }: InjectConfig): Diagnostic[] {
  const overlap = pathsOverlap(secretMountPath, annotationsMountPath)
  if (overlap === 'none') return []
  const both = `${nameOption('secretMountPath')} and ${nameOption('annotationsMountPath')}`
  const message = overlap === 'same' ? `${both} must differ` : `${both} must not be inside each other`
  return [{ message }]
}

/**
 * With less, the kernel kills init at its start, or no value fits beside it (docs/performance.md). The startup probe of a
 * sidecar is a second init in its container.
 */
function validateMemory({ containerResources, refresh, nameOption }: InjectConfig): Diagnostic[] {
  const least = refresh === undefined ? '20Mi' : '40Mi'
  const { limits } = containerResources
  const memory = isMap(limits) ? limits['memory'] : undefined
  if (typeof memory !== 'string' && typeof memory !== 'number') return []
  const [limit, needed] = [parseQuantity(String(memory)), parseQuantity(least)]
  if (!limit || !needed || compareQuantities(limit, needed) >= 0) return []
  const used = refresh === undefined ? 'init' : `init with ${nameOption('refresh')}`
  const shown = quote(String(memory))
  return [
    {
      message: `${nameOption('containerResources')}.limits.memory ${shown} is less than ${used} needs`,
      hint: `set at least ${least}`,
    },
  ]
}
