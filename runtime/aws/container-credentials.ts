/**
 * Credentials of EKS Pod Identity or of an ECS task, from the endpoint that the environment names.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
import type { Env } from '../../api/env.ts'
import { readFile } from 'node:fs/promises'
import { type CredentialSource, noCredentials, parseCredentials } from './aws-credentials.ts'
import type { Exchange } from './http-exchange.ts'
import { isLoopback } from '../../api/loopback.ts'
import { systemCode, systemReason } from '../files/system-error.ts'

const source = 'the container credentials endpoint'

/** Link-local addresses of the ECS and EKS agents: the only hosts besides loopback that may be called over plain HTTP. */
const agents = ['169.254.170.2', '169.254.170.23', '[fd00:ec2::23]']

/** @param timeout in milliseconds. */
export function containerCredentials(env: Env, timeout: number, exchange: Exchange): CredentialSource {
  const relative = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']
  const text = relative ? `http://${agents[0]}${relative}` : (env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '')
  return async () => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocalAddress(url.hostname))
    if (!url || !isSafe) {
      throw noCredentials(source, `${text} is neither https:// nor a loopback or agent address`)
    }
    const token = await readToken(env)
    const headers = token ? { authorization: token } : {}
    let status: number
    let body: string
    try {
      ;({ status, body } = await exchange({ url: url.href, method: 'GET', headers, timeout, isDirect: true }))
    } catch (error) {
      throw noCredentials(source, error instanceof Error ? error.message : '', { host: url.host })
    }
    const credentials = status === 200 ? parseCredentials(body) : undefined
    if (!credentials)
      throw noCredentials(source, `it responded with status ${status}${reasonIn(status, body, token)}`, {
        host: url.host,
      })
    return credentials
  }
}

/** The agent's own words for a refusal. They must not contain a part of the credentials or the token. */
function reasonIn(status: number, body: string, token: string): string {
  const isSafe = status >= 400 && !/SecretAccessKey/i.test(body) && !(token && body.includes(token))
  const words = body.replaceAll(/\s+/g, ' ').trim().slice(0, longestReason)
  return isSafe && words !== '' ? `: ${words}` : ''
}

/** In characters. */
const longestReason = 300

function isLocalAddress(hostname: string): boolean {
  return isLoopback(hostname) || agents.includes(hostname)
}

/** Without surrounding white space, which many tools write into files. A token with line ends inside could forge headers. */
async function readToken(env: Env): Promise<string> {
  const file = env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE']
  let token = env['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? ''
  if (file) {
    try {
      token = await readFile(file, 'utf8')
    } catch (error) {
      const code = systemCode(error)
      if (code === undefined) throw error
      throw noCredentials(source, `its token file ${file}: ${systemReason(code)}`)
    }
  }
  token = token.trim()
  if (file && token === '') throw noCredentials(source, `its token file ${file} is empty`)
  if (/[^\x20-\x7e]/.test(token))
    throw noCredentials(source, 'its token contains line ends or control characters')
  return token
}
