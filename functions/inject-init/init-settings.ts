import type { InitEnv } from '../../api/init-env.ts'
import type { InjectConfig } from './inject-config.ts'

/** What init has to know of the configuration. */
export function initSettings(config: InjectConfig, format = config.format): Partial<InitEnv> {
  return {
    annotationsFile: `${config.annotationsMountPath}/annotations`,
    secretsFile: `${config.secretMountPath}/secret`,
    resourcesFile: `${config.secretMountPath}/resource`,
    annotationDomain: config.annotationDomain,
    format,
  }
}
