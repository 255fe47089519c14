/**
 * Exchanges a ServiceAccount token for credentials of its role (IRSA).
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
import { promises } from 'node:fs'
import { type CredentialSource, noCredentials } from '../aws-credentials.ts'
import { awsFailure } from '../aws-failure.ts'
import { element, queryError } from '../query-answer.ts'
import { tokenFileHint } from '../aws-hint.ts'
import { failed } from '../../failure.ts'
import type { Exchange, HttpResponse } from '../../http/http-exchange.ts'
import { systemCode, systemReason } from '../../files/system-error.ts'

/** In milliseconds. The date header has whole seconds, and the response takes a while. */
const skewTolerance = 60_000

type WebIdentity = {
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
    // Read each time, because the kubelet rotates it.
    const token = await readToken(tokenFile)
    const body = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      WebIdentityToken: token,
    }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const url = await endpoint()
    try {
      const answer = await exchange({ service: 'STS', url, method: 'POST', headers, body, timeout })
      if (answer.status !== 200) throw queryError(answer, 'STS')
      return credentialsIn(answer, new URL(url).host)
    } catch (error) {
      throw awsFailure(error, 'AssumeRoleWithWebIdentity', {
        host: new URL(url).host,
        role: roleArn.split('/').at(-1),
        secret: token,
      })
    }
  }
}

async function readToken(file: string): Promise<string> {
  try {
    const token = (await promises.readFile(file, 'utf8')).trim()
    // The kubelet, or a tool in its place, is writing it.
    if (token === '') throw noCredentials('the web identity token file', `${file} is empty`)
    return token
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    throw noCredentials('the web identity token file', `${file}: ${systemReason(code)}`, tokenFileHint(code))
  }
}

function credentialsIn({ body: xml, headers }: HttpResponse, host: string) {
  const accessKeyId = element(xml, 'AccessKeyId')
  const secretAccessKey = element(xml, 'SecretAccessKey')
  const sessionToken = element(xml, 'SessionToken')
  const expiration = new Date(element(xml, 'Expiration') ?? Number.NaN)
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiration.getTime())) {
    throw failed({
      code: 'BAD_ANSWER',
      message: 'AssumeRoleWithWebIdentity: the response has no credentials',
      service: 'STS',
      host,
    })
  }
  // By the clock of this machine, which may be hours off.
  const skew = Date.parse(headers.date ?? '') - Date.now()
  const local = Math.abs(skew) > skewTolerance ? new Date(expiration.getTime() - skew) : expiration
  return { accessKeyId, secretAccessKey, sessionToken, expiration: local }
}
