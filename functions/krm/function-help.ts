import { functionApiVersion } from './function-config.ts'
import type { KrmFunction } from './krm-function.ts'
import type { OptionDescription } from './options/options.ts'

/** The answer to `--help`, which is also what `kpt fn doc` shows. */
export function functionHelp({ name, purpose, configKind, options }: KrmFunction): string {
  return [
    `${name}: ${purpose}`,
    '',
    'A KRM function: reads a ResourceList from standard input and writes it to standard output.',
    'Run it with kustomize or kpt. Without them, use the command kees.',
    '',
    'functionConfig:',
    `  apiVersion: ${functionApiVersion}`,
    `  kind: ${configKind}`,
    '  spec: the options below',
    'You can also use a v1 ConfigMap with the options under data, or no functionConfig.',
    '',
    'Options:',
    ...Object.entries(options).flatMap(([option, description]) => optionHelp(option, description)),
    '',
    'Exit codes: 0 success, 1 invalid input, 2 invalid options, 70 a bug.',
    '',
  ].join('\n')
}

/** Two lines: the option with what it takes and its default, and its meaning. */
function optionHelp(name: string, description: OptionDescription): string[] {
  return [
    `  ${name}  (${description.takes}; default ${defaultOf(description)})`,
    `      ${description.meaning}`,
  ]
}

export function defaultOf({ default: byDefault, defaultText }: OptionDescription): string {
  if (defaultText !== undefined) return defaultText
  return byDefault === '' ? '""' : String(byDefault)
}
