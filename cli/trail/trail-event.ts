/**
 * What CloudTrail records about reads of parameters and secrets.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
import { isMap, listOf, mapOf } from '../../api/json.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'

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
  /** Whether it reads what CloudTrail does not name; only of a call that failed. */
  readonly isUnnamed: boolean
  /** Empty for an event of another kind. */
  readonly reads: readonly Read[]
}

type Read =
  /** Without a selector, with its leading slash. */
  | { readonly what: 'parameter'; readonly name: string }
  /** All parameters below it. */
  | { readonly what: 'path'; readonly name: string }
  /** A name or an ARN. */
  | { readonly what: 'secret'; readonly name: string }

const required = ['eventTime', 'eventSource', 'eventName', 'awsRegion'] as const

/** Of any event. What cannot be read may be a read, so it is an error. The messages follow the position of the event. */
export function readTrailEvent(record: unknown): Parsed<TrailEvent> {
  if (!isMap(record)) return invalid('is not a JSON object')
  const { recipientAccountId, userIdentity, errorCode } = record
  const missing: string[] = required.filter((field) => textOf(record[field]) === '')
  const account = textOf(recipientAccountId) || textOf(mapOf(userIdentity)['accountId'])
  if (account === '') missing.push('recipientAccountId')
  if (missing.length > 0) return invalid(`has no ${missing.join(', ')}`)
  const { eventSource, eventName } = record
  const time = timeOf(textOf(record['eventTime']))
  if (Number.isNaN(time)) return invalid('has an eventTime that is not a time, such as 2026-01-02T03:04:05Z')
  const isDenied = typeof errorCode === 'string'
  const asked = readsOf(`${textOf(eventSource)} ${textOf(eventName)}`, mapOf(record['requestParameters']))
  // CloudTrail records no parameters of some calls that failed. Such a call got no value.
  if (asked === 'unnamed' && !isDenied)
    return invalid(`is a ${textOf(eventName)} that does not name what it reads`)
  return {
    value: {
      time,
      account,
      region: textOf(record['awsRegion']),
      ...callerOf(mapOf(userIdentity)),
      isDenied,
      isUnnamed: asked === 'unnamed',
      reads: asked === 'unnamed' ? [] : asked,
    },
  }
}

function timeOf(text: string): number {
  return /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN
}

/** Where each call that reads has what it asks for. */
const calls: ReadonlyMap<string, readonly [field: string, what: Read['what']]> = new Map([
  ['secretsmanager.amazonaws.com GetSecretValue', ['secretId', 'secret']],
  ['ssm.amazonaws.com GetParameters', ['names', 'parameter']],
  ['ssm.amazonaws.com GetParameter', ['name', 'parameter']],
  ['ssm.amazonaws.com GetParameterHistory', ['name', 'parameter']],
  ['ssm.amazonaws.com GetParametersByPath', ['path', 'path']],
])

/** None for a call that does not read; `unnamed` for one that reads what it does not name. */
function readsOf(call: string, asked: Readonly<Record<string, unknown>>): readonly Read[] | 'unnamed' {
  const [field, what] = calls.get(call) ?? []
  if (field === undefined || what === undefined) return []
  const value = asked[field]
  const names = (Array.isArray(value) ? listOf(value) : [value]).map(textOf)
  if (names.length === 0 || names.includes('')) return 'unnamed'
  return names.map((name) => (what === 'parameter' ? parameterRead(name) : { what, name }))
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
