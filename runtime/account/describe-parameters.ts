/** The parameters below a prefix, without their values. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html */
import { listOf, mapOf } from '../../api/json.ts'
import type { AwsCall } from '../aws/aws-call.ts'
import { failed } from '../failure.ts'

export type DescribedParameter = {
  /** With its leading slash. */
  readonly name: string
  readonly description: string
  readonly version: number
  /** When this version was stored, in milliseconds since 1970. */
  readonly modified: number
}

/** An account has at most 100,000. */
const mostPages = 2500

/** @param prefix with its leading slash; what it is a whole segment of. @param progress called after each page. */
export async function describeParameters(
  call: AwsCall,
  prefix: string,
  progress: (count: number) => void,
): Promise<readonly DescribedParameter[]> {
  const found: DescribedParameter[] = []
  let token: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const { output, peer } = await call('DescribeParameters', {
      ParameterFilters: [{ Key: 'Path', Option: 'Recursive', Values: [prefix] }],
      MaxResults: 50,
      ...(token === undefined ? {} : { NextToken: token }),
    })
    const { Parameters, NextToken } = mapOf(output)
    if (!Array.isArray(Parameters))
      throw failed({
        code: 'BAD_ANSWER',
        message: 'DescribeParameters: the response has no parameters',
        ...peer,
      })
    found.push(...listOf(Parameters).map(readParameter))
    progress(found.length)
    if (typeof NextToken !== 'string' || NextToken === '') return found
    token = NextToken
  }
  throw new RangeError(`more than ${mostPages} pages of parameters`)
}

function readParameter(parameter: unknown): DescribedParameter {
  const { Name, Description, Version, LastModifiedDate } = mapOf(parameter)
  const name = typeof Name === 'string' ? Name : ''
  return {
    name: name.startsWith('/') ? name : `/${name}`,
    description: typeof Description === 'string' ? Description : '',
    version: typeof Version === 'number' ? Version : 0,
    // In seconds, as the protocol has times. Without one, it is as young as can be.
    modified: typeof LastModifiedDate === 'number' ? LastModifiedDate * 1000 : Infinity,
  }
}
