/** What init needs of its environment in local mode, and what shows that the pod is one of production. */
import type { EnvDiagnostic } from '../diagnostic.ts'
import type { Env } from './env.ts'

/** The pattern of the names of variables that give a pod an AWS identity. CEL (RE2) reads it too. */
export const identityVariables = '^AWS_(ROLE_ARN|ACCESS_KEY_ID|CONTAINER_CREDENTIALS_.*)$'

/** Without it, init refuses local mode. */
export const allowLocalMode = 'ALLOW_LOCAL_MODE'

export const hasIdentity = 'gives the pod an AWS identity, and local mode is only for pods without one'

/** @param isAllowed the setting allowLocalMode. */
export function validateLocalModeEnv(env: Env, isAllowed: boolean): EnvDiagnostic[] {
  const message = `${allowLocalMode} must be true in a pod with the annotation local-mode`
  const hint = 'set option allowLocalMode of inject-init only where the app never reads a store'
  return [
    ...(isAllowed ? [] : [{ env: allowLocalMode, message, hint }]),
    ...Object.keys(env)
      .filter((one) => env[one] && new RegExp(identityVariables).test(one))
      .map((one) => ({ env: one, message: `${one} ${hasIdentity}` })),
  ]
}
