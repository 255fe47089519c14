/**
 * Credentials in the environment: what cannot be sent in a header, and variables of which the other half is missing. The
 * source that such a variable means is not skipped, because the next one may be the role of the node.
 */
import type { Env } from './env.ts'
import type { EnvDiagnostic } from './diagnostic.ts'

/** @param isPod whether the program runs in a pod, where a role alone means a web identity. Values are never quoted. */
export function validateCredentialEnv(env: Env, isPod: boolean): EnvDiagnostic[] {
  return [...inHeaders.flatMap((name) => validateText(name, env)), ...validateHalves(env, isPod)]
}

const inHeaders = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_ROLE_ARN']

function validateText(name: string, env: Env): EnvDiagnostic[] {
  const [wrong] = /[^\x21-\x7e]/.exec(env[name] ?? '') ?? []
  if (wrong === undefined) return []
  const isAtEnd = /^[\x21-\x7e]+\s+$/.test(env[name] ?? '')
  const what = /[\r\n]/.test(wrong)
    ? 'a line break'
    : /\s/.test(wrong)
      ? 'white space'
      : 'a character that is not printable ASCII'
  const message = `${name} ${isAtEnd ? 'ends with' : 'contains'} ${what}`
  return [{ env: name, message, hint: 'store it in its Secret without that' }]
}

function validateHalves(env: Env, isPod: boolean): EnvDiagnostic[] {
  const missing = (name: string, given: string): EnvDiagnostic[] => [
    { env: name, message: `${name} is missing, and ${given} is set`, hint: 'set both or none' },
  ]
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = env
  if (id && secret) return []
  if (id) return missing('AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID')
  if (secret) return missing('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY')
  const { AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_ROLE_ARN: role } = env
  if (tokenFile && role) return []
  if (tokenFile) return missing('AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE')
  const uris = ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']
  if (!isPod || uris.some((name) => env[name])) return []
  if (role) return missing('AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN')
  const tokens = ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', 'AWS_CONTAINER_AUTHORIZATION_TOKEN']
  const token = tokens.find((name) => env[name])
  return token === undefined ? [] : missing('AWS_CONTAINER_CREDENTIALS_FULL_URI', token)
}
