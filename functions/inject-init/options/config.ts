import type { SecretsFormat } from '../../../api/secrets-format.ts'
import {
  type ConfigOf,
  type GivenOptions,
  type ParsedConfig,
  parseOptions,
} from '../../krm/options/options.ts'
import { type InjectConfig, injectOptions } from './inject-config.ts'
import { validateConfig } from './validate-config.ts'

export function parseInjectConfig(options: GivenOptions): ParsedConfig<InjectConfig> {
  const { config, diagnostics } = parseOptions<ConfigOf<typeof injectOptions>>(injectOptions, options)
  return { config, diagnostics: [...diagnostics, ...validateConfig(config)] }
}

/** The format that was asked for; without it, that of an earlier injection counts. */
export function explicitFormat({ explicit, format }: InjectConfig): SecretsFormat | undefined {
  return explicit.has('format') ? format : undefined
}
