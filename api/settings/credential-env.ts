/**
 * Credentials in the environment: what cannot be sent in a header, and variables of which the other half is missing. The
 * source that such a variable means is not skipped, because the next one may be the role of the node.
 */
import type { Env } from './env.ts'
import type { EnvDiagnostic } from '../diagnostic.ts'
import { isLoopback } from '../loopback.ts'

/** @param isPod whether the program runs in a pod, where a role alone means a web identity. Values are never quoted. */
export function validateCredentialEnv(env: Env, isPod: boolean): EnvDiagnostic[] {
  return [
    ...inHeaders.flatMap((name) => validateText(name, env[name] ?? '')),
    ...validateAgentToken(env),
    ...validateIdentity(env),
    ...validateContainer(env),
    ...validateHalves(env, isPod),
  ]
}

const inHeaders = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_ROLE_ARN']

function validateText(name: string, text: string, forbidden = /[^\x21-\x7e]/): EnvDiagnostic[] {
  const [wrong] = forbidden.exec(text) ?? []
  if (wrong === undefined) return []
  const isAtEnd = /^[\x21-\x7e]+\s+$/.test(text)
  const what = /[\r\n]/.test(wrong)
    ? 'a line break'
    : /\s/.test(wrong)
      ? 'white space'
      : 'a character that is not printable ASCII'
  const message = `${name} ${isAtEnd ? 'ends with' : 'contains'} ${what}`
  return [{ env: name, message, hint: 'store it in its Secret without that' }]
}

/** It may have a scheme and a blank (`Basic …`). White space around it is not sent. A token file has precedence. */
function validateAgentToken(env: Env): EnvDiagnostic[] {
  if (env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE']) return []
  const name = 'AWS_CONTAINER_AUTHORIZATION_TOKEN'
  return validateText(name, (env[name] ?? '').trim(), /[^\x20-\x7e]/)
}

/** STS rejects other ones for good. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
function validateIdentity(env: Env): EnvDiagnostic[] {
  const { AWS_ROLE_ARN: role = '', AWS_ROLE_SESSION_NAME: session } = env
  const found: EnvDiagnostic[] = []
  // What has other characters is reported as such.
  if (/^[\x21-\x7e]+$/.test(role) && !/^arn:[a-z0-9-]+:iam::\d{12}:role\/./.test(role)) {
    const hint =
      'set all of it, with account and path: annotation eks.amazonaws.com/role-arn of the ServiceAccount'
    found.push({ env: 'AWS_ROLE_ARN', message: 'AWS_ROLE_ARN is not the ARN of a role', hint })
  }
  if (session && !/^[\w+=,.@-]{2,64}$/.test(session)) {
    const message = 'AWS_ROLE_SESSION_NAME must have 2 to 64 characters, letters, digits and _+=,.@- only'
    found.push({ env: 'AWS_ROLE_SESSION_NAME', message })
  }
  return found
}

/** Link-local addresses of the ECS and EKS agents: the only hosts besides loopback that may be called over plain HTTP. */
const agents = ['169.254.170.2', '169.254.170.23', '[fd00:ec2::23]']

/** Where the environment says that credentials are: EKS Pod Identity, an ECS task. Undefined where it does not, or not rightly. */
export function containerEndpoint(env: Env): URL | undefined {
  const relative = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']
  const text = relative ? `http://${agents[0]}${relative}` : (env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '')
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'https:') return url
  const isLocal = url?.protocol === 'http:' && (isLoopback(url.hostname) || agents.includes(url.hostname))
  return isLocal && (!relative || relative.startsWith('/')) ? url : undefined
}

function validateContainer(env: Env): EnvDiagnostic[] {
  const name = containerVariables.find((one) => env[one])
  if (name === undefined || containerEndpoint(env) !== undefined) return []
  const allowed =
    name === 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'
      ? 'a path that begins with a slash'
      : 'an https:// URL, or an http:// URL of loopback or of the agent of EKS Pod Identity or ECS'
  return [{ env: name, message: `${name} must be ${allowed}` }]
}

/** The first that is set has precedence. */
const containerVariables = ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI']

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
  if (!isPod || containerVariables.some((name) => env[name])) return []
  if (role) return missing('AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN')
  const tokens = ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', 'AWS_CONTAINER_AUTHORIZATION_TOKEN']
  const token = tokens.find((name) => env[name])
  return token === undefined ? [] : missing('AWS_CONTAINER_CREDENTIALS_FULL_URI', token)
}
