/**
 * Credentials of EKS Pod Identity or of an ECS task, from the endpoint that the environment names.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
import type { Env } from '../../../api/settings/env.ts'
import { promises } from 'node:fs'
import { containerEndpoint } from '../../../api/settings/credential-env.ts'
import { type CredentialSource, noCredentials, parseCredentials } from '../aws-credentials.ts'
import type { Exchange } from '../../http/http-exchange.ts'
import { systemCode, systemReason } from '../../files/system-error.ts'
import { tokenFileHint } from '../aws-hint.ts'
import { failed } from '../../failure.ts'

const source = 'the container credentials endpoint'

/** @param timeout in milliseconds. */
export function containerCredentials(env: Env, timeout: number, exchange: Exchange): CredentialSource {
  const url = containerEndpoint(env)
  return async () => {
    if (!url) throw noCredentials(source, 'its address is not one that may be called')
    const token = await readToken(env)
    const headers = token ? { authorization: token } : {}
    let status: number
    let body: string
    try {
      ;({ status, body } = await exchange({
        service: source,
        url: url.href,
        method: 'GET',
        headers,
        timeout,
        isDirect: true,
      }))
    } catch (error) {
      const hint = 'check that the EKS Pod Identity agent runs on the node and answers within REQUEST_TIMEOUT'
      throw noCredentials(source, error instanceof Error ? error.message : '', { host: url.host, hint })
    }
    // The agent, or the EKS Auth API behind it, is throttled or fails for a while: it does not mean that the pod has no role.
    if (status === 429 || status >= 500)
      throw failed({
        code: 'UNREACHABLE',
        message: `${source} failed (HTTP ${status})`,
        detail: `it responded with status ${status}${reasonIn(status, body, token)}`,
        service: source,
        host: url.host,
      })
    const credentials = status === 200 ? parseCredentials(body) : undefined
    if (!credentials)
      throw noCredentials(source, `it responded with status ${status}${reasonIn(status, body, token)}`, {
        host: url.host,
        hint: 'check the Pod Identity association of the ServiceAccount, and the trust policy of its role',
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

/** Without surrounding white space, which many tools write into files. A token with line ends inside could forge headers. */
async function readToken(env: Env): Promise<string> {
  const file = env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE']
  let token = env['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? ''
  if (file) {
    try {
      token = await promises.readFile(file, 'utf8')
    } catch (error) {
      const code = systemCode(error)
      if (code === undefined) throw error
      throw noCredentials(source, `its token file ${file}: ${systemReason(code)}`, tokenFileHint(code))
    }
  }
  token = token.trim()
  if (file && token === '') throw noCredentials(source, `its token file ${file} is empty`)
  if (/[^\x20-\x7e]/.test(token))
    throw noCredentials(source, 'its token contains line ends or control characters')
  return token
}
