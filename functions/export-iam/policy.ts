/**
 * The IAM document that lets a role read its parameters: one action on exact ARNs, nothing else. GetParametersByPath
 * and GetParameterHistory are never granted: the one reveals the children of a path past explicit denies, the other
 * shows values. https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html
 *
 * Terraform computes the same document from the names in policies.tf; a test compares the two.
 */
import { parseParameterName } from '../../api/parameter-name.ts'

export type PolicyDocument = {
  readonly Version: '2012-10-17'
  readonly Statement: readonly {
    readonly Sid: string
    readonly Effect: 'Allow'
    readonly Action: string
    readonly Resource: readonly string[]
  }[]
}

/** Where the parameters are. */
export type Place = { readonly partition: string; readonly region: string; readonly account: string }

/** Of a managed policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const maxPolicySize = 6144

export const statementId = 'GetDeclaredParameters'
export const action = 'ssm:GetParameters'

/** @param parameters names with their leading slash. */
export function policyDocument(parameters: readonly string[], place: Place): PolicyDocument {
  const Resource = parameters.map((name) => parameterArn(name, place))
  return {
    Version: '2012-10-17',
    Statement: [{ Sid: statementId, Effect: 'Allow', Action: action, Resource }],
  }
}

/**
 * The longest partition and the longest region that AWS has today, each on its own: whoever reads a policy's size
 * does not know yet where it will be applied.
 */
const worstPlace: Place = { partition: 'aws-us-gov', region: 'us-isof-south-1', account: '111122223333' }

/** Characters as IAM counts them, which leaves white space out, in the place with the longest ARNs. */
export function policySize(parameters: readonly string[]): number {
  return JSON.stringify(policyDocument(parameters, worstPlace)).length
}

/**
 * The last guard in front of IAM and Terraform. Names have passed the same rules when the annotations were read, so
 * this throws on a bug only. IAM itself would read `*`, `?` and `${` in a resource.
 */
export function checkParameterName(name: string): string {
  const { value, problem } = parseParameterName(name)
  if (problem !== undefined) throw new Error(`a parameter name ${problem}`)
  return value
}

function parameterArn(name: string, { partition, region, account }: Place): string {
  return `arn:${partition}:ssm:${region}:${account}:parameter${checkParameterName(name)}`
}
