import { mapOf } from '../../api/json.ts'
import { failed } from '../failure.ts'

export type Credentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

/** What signs a call; asked at each, so it keeps what it got. Rejects with an error with a code of failure.ts. */
export type CredentialSource = () => Promise<Credentials>

/** As AWS's own programs do, so that no call is signed with what expires on its way. */
const renewBefore = 5 * 60_000
/** How soon to try again where that failed and what is kept is good for a while. */
const renewAgain = 30_000

/**
 * Those of a source, kept until they nearly expire, and until they do where there are no new ones. Who asks at once
 * shares one answer; a failure is not kept.
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

/** What the metadata endpoints of AWS answer; undefined if it is anything else. */
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
  const message = `no AWS credentials: ${source} gave none`
  return failed({ code: 'CREDENTIALS_MISSING', message, detail: why })
}
