/** `--allow-env NAME` of the commands that refuse variables of init: whoever writes a manifest cannot set it. */
import { type Diagnostic, quote } from '../../api/diagnostic.ts'
import { guardedVariables } from '../../api/settings/guarded-env.ts'
import { initVariables } from '../../api/settings/init-env.ts'
import type { Flags, ParsedFlags } from './flags.ts'

export const allowEnvFlag: Flags = {
  'allow-env': {
    takes: 'NAME',
    repeatable: true,
    meaning:
      'an environment variable of init that is otherwise refused, such as HTTPS_PROXY, AWS_CA_BUNDLE or AWS_ENDPOINT_URL',
  },
}

type AllowedEnv = { readonly allowEnv: readonly string[]; readonly diagnostics: readonly Diagnostic[] }

export function readAllowEnv({ values }: ParsedFlags): AllowedEnv {
  const allowEnv = values.get('allow-env') ?? []
  const diagnostics = allowEnv
    .filter((name) => name !== initVariables.envFile.env)
    .filter((name) => !guardedVariables.some(({ names }) => new RegExp(names).test(name)))
    .map((name) => ({ message: `flag --allow-env ${quote(name)} is not a variable that is refused` }))
  return { allowEnv, diagnostics }
}
