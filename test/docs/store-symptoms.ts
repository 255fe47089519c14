/** What init reports of a parameter when the store answers with an error: the symptoms of docs/operations.md that need no more than a store. */
import type { Fault } from '../../runtime/fake-ssm/faults.ts'
import { denied as deniedTo, refused } from '../servers/ssm-errors.ts'

const denied = (why: string) => deniedTo('app', why)
/** What the store answers for a parameter, by its name. */
const faults: Readonly<Record<string, Fault>> = {
  '/iam': denied('because no identity-based policy allows the ssm:GetParameters action'),
  '/kms': refused(
    'AccessDeniedException',
    'The ciphertext refers to a customer master key that you may not use',
  ),
  '/scp': denied('with an explicit deny in a service control policy'),
  '/rcp': denied('with an explicit deny in a resource control policy'),
  '/boundary': denied('because no permissions boundary allows the ssm:GetParameters action'),
  '/session': denied('because no session policy allows the ssm:GetParameters action'),
  '/endpoint': denied('because no VPC endpoint policy allows the ssm:GetParameters action'),
  '/expired': refused('ExpiredTokenException'),
  '/key': refused('InvalidKeyId', 'key/1 is disabled. (Service: AWSKMS; Status Code: 400)'),
  '/throttled': refused('ThrottlingException'),
  '/failing': refused('InternalServerError', '', 500),
  '/page': { kind: 'malformed', body: '<html>', status: 403 },
  '/name': refused('ValidationException'),
}

/** For the fake store. */
export const storeFault = ({ names }: { readonly names: readonly string[] }): Fault | undefined =>
  names.map((name) => faults[name]).find((one) => one !== undefined)

type StoreSymptom = {
  readonly code: string
  readonly exit: number
  /** Of the parameter that is declared, without the slash. */
  readonly name: string
  /** The fields of the log line that the page names. */
  readonly log: RegExp
}

export const storeSymptoms: Readonly<Record<string, StoreSymptom>> = {
  missing: { code: 'MISSING', exit: 3, name: 'absent', log: /kees put \/absent/ },
  'no grant': { code: 'ACCESS_DENIED', exit: 4, name: 'iam', log: /"deniedBy":"IAM",.*"role":"app"/ },
  'no right for the key': { code: 'ACCESS_DENIED', exit: 4, name: 'kms', log: /"deniedBy":"KMS",.*kmsKeys/ },
  SCP: { code: 'ACCESS_DENIED', exit: 4, name: 'scp', log: /"deniedBy":"SCP"/ },
  RCP: { code: 'ACCESS_DENIED', exit: 4, name: 'rcp', log: /"deniedBy":"RCP"/ },
  boundary: { code: 'ACCESS_DENIED', exit: 4, name: 'boundary', log: /"deniedBy":"BOUNDARY"/ },
  'session policy': { code: 'ACCESS_DENIED', exit: 4, name: 'session', log: /"deniedBy":"SESSION_POLICY"/ },
  'endpoint policy': {
    code: 'ACCESS_DENIED',
    exit: 4,
    name: 'endpoint',
    log: /"deniedBy":"ENDPOINT_POLICY"/,
  },
  'credentials that have expired': {
    code: 'CREDENTIALS_REFUSED',
    exit: 4,
    name: 'expired',
    log: /ExpiredTokenException/,
  },
  'a disabled key': {
    code: 'REFUSED',
    exit: 4,
    name: 'key',
    log: /"detail":"key\/1 is disabled.*"deniedBy":"KMS"/,
  },
  throttled: { code: 'THROTTLED', exit: 5, name: 'throttled', log: /too many requests/ },
  'an error of the service': {
    code: 'UNREACHABLE',
    exit: 5,
    name: 'failing',
    log: /"service":"SSM","host":"[\d.]+:\d+"/,
  },
  'a page of a proxy': { code: 'BAD_ANSWER', exit: 5, name: 'page', log: /HTTP 403.*"host":/ },
  'a name that the store rejects': {
    code: 'INVALID_NAME',
    exit: 1,
    name: 'name',
    log: /ValidationException/,
  },
}
