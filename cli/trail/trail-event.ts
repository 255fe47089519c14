/**
 * What CloudTrail records about reads of parameters and secrets.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
import { listOf, mapOf } from '../../api/json.ts'

export type TrailEvent = {
  /** In milliseconds since 1970. */
  readonly time: number
  readonly account: string
  readonly region: string
  /** The name of the role of the caller, or the ARN of a caller without one. */
  readonly caller: string
  readonly isRole: boolean
  /** Whether AWS refused it. */
  readonly isDenied: boolean
  readonly reads: readonly Read[]
}

type Read =
  /** Without a selector, with its leading slash. */
  | { readonly what: 'parameter'; readonly name: string }
  /** All parameters below it. */
  | { readonly what: 'path'; readonly name: string }
  /** A name or an ARN. */
  | { readonly what: 'secret'; readonly name: string }

/** Undefined for an event that reads neither a parameter nor a secret. */
export function readTrailEvent(record: unknown): TrailEvent | undefined {
  const { eventTime, eventSource, eventName, requestParameters, errorCode, ...rest } = mapOf(record)
  const reads = readsOf(eventSource, eventName, mapOf(requestParameters))
  const time = typeof eventTime === 'string' ? Date.parse(eventTime) : Number.NaN
  if (reads === undefined || Number.isNaN(time)) return undefined
  const { recipientAccountId, awsRegion, userIdentity } = rest
  return {
    time,
    account: textOf(recipientAccountId),
    region: textOf(awsRegion),
    ...callerOf(mapOf(userIdentity)),
    isDenied: typeof errorCode === 'string',
    reads,
  }
}

function readsOf(
  source: unknown,
  event: unknown,
  asked: Readonly<Record<string, unknown>>,
): readonly Read[] | undefined {
  if (source === 'secretsmanager.amazonaws.com' && event === 'GetSecretValue')
    return [{ what: 'secret', name: textOf(asked['secretId']) }]
  if (source !== 'ssm.amazonaws.com') return undefined
  if (event === 'GetParameters') return listOf(asked['names']).map((name) => parameterRead(textOf(name)))
  if (event === 'GetParameter' || event === 'GetParameterHistory')
    return [parameterRead(textOf(asked['name']))]
  if (event === 'GetParametersByPath') return [{ what: 'path', name: textOf(asked['path']) }]
  return undefined
}

/** A name, or an ARN, perhaps with a version or a label behind it. */
function parameterRead(text: string): Read {
  const path = text.replace(/^arn:[^:]*:ssm:[^:]*:[^:]*:parameter/, '').replace(/:.*$/, '')
  return { what: 'parameter', name: path.startsWith('/') ? path : `/${path}` }
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
function callerOf(identity: Readonly<Record<string, unknown>>): Pick<TrailEvent, 'caller' | 'isRole'> {
  const { arn: issuer } = mapOf(mapOf(identity['sessionContext'])['sessionIssuer'])
  const ofSession = /^arn:[^:]*:sts::\d+:assumed-role\/([^/]+)\//.exec(textOf(identity['arn']))?.[1]
  const role = /:role\/(?:.*\/)?([^/]+)$/.exec(textOf(issuer))?.[1] ?? ofSession
  return role === undefined
    ? { caller: textOf(identity['arn']), isRole: false }
    : { caller: role, isRole: true }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
