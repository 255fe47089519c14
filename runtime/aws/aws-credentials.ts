import { mapOf } from '../../api/json.ts'
import { failed } from '../failure.ts'

export type Credentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

/**
 * Why a service rejected a call. `refused`: it does not accept the credentials, so no call can succeed. `denied`: they lack
 * a permission, perhaps for one parameter only.
 */
export type Rejection = 'refused' | 'denied'

/** Called before each signature, so it must cache. Rejects with an error that carries a code of failure.ts. */
export type CredentialSource = {
  (): Promise<Credentials>
  /** To call when a service rejects the credentials: they are fetched again, within limits. */
  readonly rejected?: (why: Rejection) => void
  /** Tells the SDK's client that it need not cache them too. */
  readonly memoized?: boolean
}

/** Before expiry, as in AWS's own programs, so that no request is signed with credentials that expire in transit. */
const renewBefore = 5 * 60_000
/** How soon to retry a failed renewal while the cached credentials are still valid. */
const renewAgain = 30_000
/**
 * New credentials are used for at least this long, even if they look expired: this machine's clock may be ahead, and
 * the instance metadata service returns expired ones during an outage, which AWS then accepts.
 */
const leastUse = 60_000
/** How long after a renewal rejected credentials are renewed again; doubled each time. */
const firstRenewal = 2000
/**
 * Up to this. The two do not count together: a parameter that is denied for good, which anybody may declare, must not
 * delay the renewal of credentials that have been revoked.
 */
const longestRenewals: Readonly<Record<Rejection, number>> = { refused: 60_000, denied: 10 * 60_000 }

/**
 * Caches the credentials of a source until shortly before they expire, and until they expire where renewal fails.
 * Concurrent callers share one request; a failure is not cached. Credentials that a service rejected are fetched again:
 * kube2iam may have returned those of another role first, or they were revoked.
 */
export function keepCredentials(
  source: () => Promise<Credentials>,
  now: () => number = Date.now,
): CredentialSource {
  let kept: Promise<Credentials> | undefined
  let until = Infinity
  let isRenewing = false
  const renewals = new Map<Rejection, { readonly wait: number; readonly notBefore: number }>()
  const expiry = ({ expiration }: Credentials) => expiration?.getTime() ?? Infinity
  const renew = async (old: Credentials | undefined) => {
    try {
      const credentials = await source()
      until = Math.max(expiry(credentials) - renewBefore, now() + leastUse)
      return credentials
    } catch (error) {
      if (old !== undefined && now() < expiry(old)) {
        until = now() + renewAgain
        return old
      }
      kept = undefined
      throw error
    } finally {
      isRenewing = false
    }
  }
  const current = async () => {
    if (kept === undefined || (now() >= until && !isRenewing)) {
      const old = kept
      isRenewing = true
      kept = old === undefined ? renew(undefined) : old.then(renew)
    }
    return await kept
  }
  const rejected = (why: Rejection) => {
    const { wait, notBefore } = renewals.get(why) ?? { wait: firstRenewal, notBefore: 0 }
    if (isRenewing || now() < notBefore) return
    const longest = longestRenewals[why]
    // After a long time without a rejection, the next one is news again.
    const next = now() >= notBefore + longest ? firstRenewal : wait
    renewals.set(why, { wait: Math.min(2 * next, longest), notBefore: now() + next })
    until = now()
  }
  return Object.assign(current, { rejected, memoized: true })
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
  if (!isHeaderText(accessKeyId) || !isHeaderText(secretAccessKey)) return undefined
  if (typeof token === 'string' && token !== '' && !isHeaderText(token)) return undefined
  const expiration = typeof time === 'string' ? new Date(time) : undefined
  return {
    accessKeyId,
    secretAccessKey,
    ...(typeof token === 'string' && token !== '' ? { sessionToken: token } : {}),
    ...(expiration && !Number.isNaN(expiration.getTime()) ? { expiration } : {}),
  }
}

/** Credentials are sent in headers: printable ASCII without spaces. */
function isHeaderText(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)
}

type CredentialFacts = { readonly host?: string; readonly hint?: string }

/** @param why for the log. */
export function noCredentials(source: string, why: string, facts: CredentialFacts = {}): Error {
  const message = `no AWS credentials: ${source} returned none`
  return failed({ code: 'CREDENTIALS_MISSING', message, detail: why, service: source, ...facts })
}
