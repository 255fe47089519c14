/**
 * The name of an SSM parameter: storage-prefix + "/" + storageKey (or the declaration's name).
 *
 * Limits: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
 * and the `Name` of https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html.
 */
import type { Diagnostic } from '../diagnostic.ts'
import { invalid, type Parsed } from '../parsed.ts'

/** Includes the ARN in front of the name, of which this is the longest that AWS has today. */
const longestArnPrefix = 'arn:aws-us-gov:ssm:ap-southeast-1:111122223333:parameter'
export const maxParameterNameLength = 1011 - longestArnPrefix.length
export const maxParameterLevels = 15

const segmentPattern = /^[A-Za-z0-9_.-]+$/

/** Nearly all: no segment is "." or "..", which begin with a dot. One search in place of one for each segment. */
const plainName = new RegExp(`^(?:/[A-Za-z0-9][A-Za-z0-9_.-]*){1,${maxParameterLevels}}$`)
const plainKey = /^[A-Za-z0-9][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9][A-Za-z0-9_.-]*)*$/
const reserved = /^\/(aws|ssm)/i

/**
 * The hierarchy put before every storage key, in the form that is prepended: no slash at the end, and empty for the
 * root. `prod`, `/prod` and `/prod/` are the same prefix.
 */
export function parseStoragePrefix(text: string): Parsed<string> {
  const path = (text.startsWith('/') ? text : `/${text}`).replace(/\/$/, '')
  if (path === '') return { value: '' }
  const reason = invalidSegment(path.slice(1).split('/'))
  if (reason) return invalid(`is not a hierarchy of parameter names: ${reason}`)
  return reserved.test(path)
    ? invalid('must not begin with aws or ssm: SSM rejects such names')
    : { value: path }
}

/** What is wrong with a storageKey, for every storage-prefix. */
export function validateStorageKey(key: string): Diagnostic | undefined {
  if (plainKey.test(key)) return undefined
  if (key.startsWith('/'))
    return { message: 'must not start with a slash: the storage-prefix is put before it' }
  const reason = invalidSegment(key.split('/'))
  return reason === undefined ? undefined : { message: `does not give a valid SSM parameter name: ${reason}` }
}

/** @param prefix as parseStoragePrefix returns it. @param key a storageKey or a declaration's name. */
export function parameterName(prefix: string, key: string): Parsed<string> {
  const wrong = validateStorageKey(key)
  return wrong === undefined ? parseParameterName(`${prefix}/${key}`) : { diagnostics: [wrong] }
}

/** Checks a whole name, with its leading slash, against what SSM takes. */
export function parseParameterName(name: string): Parsed<string> {
  if (name.length <= maxParameterNameLength && plainName.test(name) && !reserved.test(name))
    return { value: name }
  const segments = name.slice(1).split('/')
  const reason = name.startsWith('/') ? invalidSegment(segments) : 'it does not start with a slash'
  if (reason) return invalid(`does not give a valid SSM parameter name: ${reason}`)
  if (reserved.test(name)) {
    return invalid(
      'gives a parameter name that SSM rejects: its first segment must not begin with aws or ssm',
    )
  }
  if (segments.length > maxParameterLevels) {
    return invalid(
      `gives a parameter name of ${segments.length} levels, but SSM allows at most ${maxParameterLevels}`,
    )
  }
  if (name.length > maxParameterNameLength) {
    return invalid(
      `gives a parameter name of ${name.length} characters, but SSM allows at most ${maxParameterNameLength}`,
    )
  }
  return { value: name }
}

/** What is wrong with the first that is wrong. */
function invalidSegment(segments: readonly string[]): string | undefined {
  const index = segments.findIndex((one) => one === '.' || one === '..' || !segmentPattern.test(one))
  const segment = segments[index]
  if (segment === undefined) return undefined
  const which = segments.length === 1 ? 'it' : `segment ${index + 1}`
  if (segment === '') return `${which} is empty`
  if (segment === '.' || segment === '..') return `${which} is "." or ".."`
  return `${which} has characters other than letters, digits, "_", "." and "-"`
}
