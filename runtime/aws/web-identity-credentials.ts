/**
 * Exchanges a ServiceAccount token for credentials of its role (IRSA).
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
import { readFile } from 'node:fs/promises'
import { type CredentialSource, noCredentials } from './aws-credentials.ts'
import { awsFailure } from './aws-failure.ts'
import { failed } from '../failure.ts'
import type { Exchange, HttpResponse } from './http-exchange.ts'
import { systemCode, systemReason } from '../files/system-error.ts'

export type WebIdentity = {
  readonly tokenFile: string
  readonly roleArn: string
  readonly sessionName: string
  /** The STS endpoint. */
  readonly endpoint: () => Promise<string>
  /** In milliseconds. */
  readonly timeout: number
  readonly exchange: Exchange
}

export function webIdentityCredentials(identity: WebIdentity): CredentialSource {
  const { tokenFile, roleArn, sessionName, endpoint, timeout, exchange } = identity
  return async () => {
    const body = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      // Read each time, because the kubelet rotates it.
      WebIdentityToken: await readToken(tokenFile),
    }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const url = await endpoint()
    try {
      const answer = await exchange({ url, method: 'POST', headers, body, timeout })
      if (answer.status !== 200) throw errorIn(answer)
      return credentialsIn(answer.body)
    } catch (error) {
      throw awsFailure(error, 'AssumeRoleWithWebIdentity', {
        host: new URL(url).host,
        role: roleArn.split('/').at(-1),
      })
    }
  }
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    throw noCredentials('the web identity token file', `${file}: ${systemReason(code)}`)
  }
}

function credentialsIn(xml: string) {
  const accessKeyId = element(xml, 'AccessKeyId')
  const secretAccessKey = element(xml, 'SecretAccessKey')
  const sessionToken = element(xml, 'SessionToken')
  const expiration = new Date(element(xml, 'Expiration') ?? Number.NaN)
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiration.getTime())) {
    throw failed({
      code: 'BAD_ANSWER',
      message: 'AssumeRoleWithWebIdentity: the response has no credentials',
    })
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration }
}

function errorIn({ status, body }: HttpResponse): Error {
  return Object.assign(new Error(element(body, 'Message') ?? ''), {
    name: element(body, 'Code') ?? 'Unknown',
    $fault: status < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: status },
  })
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** The text of the first element with that name. In STS responses names are unique and elements have no attributes. */
function element(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
  return text?.replace(/&(\w+);/g, (whole, entity: string) => entities[entity] ?? whole).trim()
}
