import { mapOf } from '../../api/json.ts'
import { failed } from '../failure.ts'

export type Credentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

/** Called before each signature, so it must cache. Rejects with an error that carries a code of failure.ts. */
export type CredentialSource = () => Promise<Credentials>

/** Before expiry, as in AWS's own programs, so that no request is signed with credentials that expire in transit. */
const renewBefore = 5 * 60_000
/** How soon to retry a failed renewal while the cached credentials are still valid. */
const renewAgain = 30_000

/**
 * Caches the credentials of a source until shortly before they expire, and until they expire where renewal fails.
 * Concurrent callers share one request; a failure is not cached.
 */
export function keepCredentials(source: CredentialSource, now: () => number = Date.now): CredentialSource {
  let kept: Promise<Credentials> | undefined
  let until = Infinity
  const expiry = ({ expiration }: Credentials) => expiration?.getTime() ?? Infinity
  const renew = async (old: Credentials | undefined) => {
    try {
      const credentials = await source()
      until = expiry(credentials) - renewBefore
      return credentials
    } catch (error) {
      if (old !== undefined && now() < expiry(old)) {
        until = now() + renewAgain
        return old
      }
      kept = undefined
      throw error
    }
  }
  return async () => {
    if (kept === undefined || now() >= until) {
      until = Infinity
      const old = kept
      kept = old === undefined ? renew(undefined) : old.then(renew)
    }
    return await kept
  }
}

/** Parses the response of AWS's metadata endpoints; undefined if it is anything else. */
export function parseCredentials(json: string): Credentials | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return undefined
  }
  const {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: token,
    Expiration: time,
  } = mapOf(value)
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') return undefined
  const expiration = typeof time === 'string' ? new Date(time) : undefined
  return {
    accessKeyId,
    secretAccessKey,
    ...(typeof token === 'string' ? { sessionToken: token } : {}),
    ...(expiration && !Number.isNaN(expiration.getTime()) ? { expiration } : {}),
  }
}

/** @param detail for the log. */
export function noCredentials(source: string, why: string): Error {
  const message = `no AWS credentials: ${source} returned none`
  return failed({ code: 'CREDENTIALS_MISSING', message, detail: why })
}
