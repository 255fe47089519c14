/**
 * The names that Parameter Store takes, implemented from AWS's documentation and not from api/declaration/parameter-name.ts,
 * which it tests: the `Name` of
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html.
 */
import type { AwsError } from './aws-error.ts'

const rule =
  'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive). If formed as a path, it can consist of ' +
  'sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 ' +
  'symbols .-_'

/** @param arnPrefix such as `arn:aws:ssm:eu-west-1:111122223333:parameter`, which counts for the length. */
export function nameError(name: string, arnPrefix: string): AwsError | undefined {
  const levels = name.replace(/^\//, '').split('/')
  if (name.includes('/') && !name.startsWith('/')) {
    return { type: 'ValidationException', message: 'Parameter name must be a fully qualified name.' }
  }
  if (levels.some((level) => !/^[A-Za-z0-9_.-]+$/.test(level)) || /^(aws|ssm)/i.test(levels[0] ?? '')) {
    return { type: 'ValidationException', message: rule }
  }
  if (levels.length > 15) {
    const message = 'A hierarchy can have a maximum of 15 levels.'
    return { type: 'HierarchyLevelLimitExceededException', message }
  }
  const length = `${arnPrefix}${name.startsWith('/') ? '' : '/'}${name}`.length
  if (length > 1011) {
    return { type: 'ValidationException', message: `Parameter ARN of ${length} characters: at most 1011.` }
  }
  return undefined
}
