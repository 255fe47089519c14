/**
 * The IAM document that lets a role read its parameters: one action on exact ARNs, nothing else; for those that a customer
 * managed key encrypts, the decryption of exactly them too. GetParametersByPath
 * and GetParameterHistory are never granted: the one reveals the children of a path past explicit denies, the other
 * shows values. https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html
 *
 * Terraform computes the same document from the names in policies.tf; a test compares the two.
 */
import { defaultDomains, domainsOfPartition, partitions } from '../../api/aws-partitions.ts'
import { about } from '../../api/diagnostic.ts'
import { parseParameterName } from '../../api/parameter-name.ts'
import { kmsKeyArns, kmsKeyOf, type KmsKeys } from './kms-keys.ts'

type PolicyDocument = {
  readonly Version: '2012-10-17'
  readonly Statement: readonly Statement[]
}

type Statement = {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Action: string
  readonly Resource: string | readonly string[]
  readonly Condition?: { readonly StringEquals: { readonly [key: string]: string | readonly string[] } }
}

/** Where the parameters are. */
export type AwsTarget = { readonly partition: string; readonly region: string; readonly account: string }

/** Of a managed policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const maxPolicySize = 6144

export const statementId = 'GetDeclaredParameters'
export const action = 'ssm:GetParameters'
/** A number follows. */
export const decryptStatementId = 'DecryptParameters'
export const decryptAction = 'kms:Decrypt'
/** SSM encrypts with the parameter's ARN as context: https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html */
export const contextKey = 'kms:EncryptionContext:PARAMETER_ARN'
export const viaServiceKey = 'kms:ViaService'

/** @param parameters names with their leading slash, each once. */
export function policyDocument(
  parameters: readonly string[],
  target: AwsTarget,
  kmsKeys: KmsKeys = [],
): PolicyDocument {
  const arns = new Map(parameters.map((name) => [name, parameterArn(name, target)]))
  const get: Statement = { Sid: statementId, Effect: 'Allow', Action: action, Resource: [...arns.values()] }
  const viaService = `ssm.${target.region}.${domainsOfPartition(target.partition).dnsSuffix}`
  const decrypt = kmsKeyArns(kmsKeys).flatMap((key, index): Statement[] => {
    const encrypted = parameters.filter((name) => kmsKeyOf(name, kmsKeys)?.arn === key)
    if (encrypted.length === 0) return []
    return [
      {
        Sid: `${decryptStatementId}${index + 1}`,
        Effect: 'Allow',
        Action: decryptAction,
        Resource: key,
        Condition: {
          StringEquals: {
            [contextKey]: encrypted.map((name) => arns.get(name) ?? ''),
            [viaServiceKey]: viaService,
          },
        },
      },
    ]
  })
  return { Version: '2012-10-17', Statement: [get, ...decrypt] }
}

/**
 * The longest partition and the longest region that AWS has today, and the longest name of the service, each on its own:
 * the region and account may be unknown when the size of a policy is computed.
 */
const worstTarget: AwsTarget = { partition: 'aws-us-gov', region: 'us-isof-south-1', account: '111122223333' }
const longestSuffix = Math.max(...[defaultDomains, ...partitions].map(({ dnsSuffix }) => dnsSuffix.length))

/** Characters as IAM counts them, which leaves white space out, in the place with the longest ARNs. */
export function policySize(parameters: readonly string[], kmsKeys: KmsKeys = []): number {
  const document = policyDocument(parameters, worstTarget, kmsKeys)
  const decrypting = document.Statement.length - 1
  return JSON.stringify(document).length + decrypting * (longestSuffix - defaultDomains.dnsSuffix.length)
}

/**
 * The last guard in front of IAM and Terraform. Names have passed the same rules when the annotations were read, so
 * this throws on a bug only. IAM itself would read `*`, `?` and `${` in a resource.
 */
export function checkParameterName(name: string): string {
  const { value, diagnostics } = parseParameterName(name)
  if (diagnostics !== undefined) throw new Error(about('a parameter name', diagnostics)[0]?.message)
  return value
}

function parameterArn(name: string, { partition, region, account }: AwsTarget): string {
  return `arn:${partition}:ssm:${region}:${account}:parameter${checkParameterName(name)}`
}
