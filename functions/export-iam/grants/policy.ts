/**
 * The IAM document that lets a role read its parameters: one action on exact ARNs, nothing else; for those that a customer
 * managed key encrypts, the decryption of exactly them too. GetParametersByPath
 * and GetParameterHistory are never granted: the one reveals the children of a path past explicit denies, the other
 * shows values. https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html
 *
 * Likewise for secrets of Secrets Manager, whose ARNs end in a hyphen and six random characters, which are not known before
 * a secret exists. Six "?" are the only wildcard that is ever written. They match that secret alone: an ARN that they match has the same
 * length, so its name has too, and then it is the same name.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html
 *
 * Terraform computes the same document from the names in policies.tf; a test compares the two.
 */
import { defaultDomains, domainsOfPartition, partitions } from '../../../api/aws-partitions.ts'
import { about } from '../../../api/diagnostic.ts'
import { parseParameterName } from '../../../api/declaration/parameter-name.ts'
import { validateSecretName } from '../../../api/declaration/secrets-manager.ts'
import type { GrantedNames } from './granted-names.ts'
import { type KmsKeys, kmsKeyOf, parameterKeyArns, secretKeyArns, secretKeyOf } from '../options/kms-keys.ts'

type PolicyDocument = {
  readonly Version: '2012-10-17'
  readonly Statement: readonly Statement[]
}

type Statement = {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Action: string
  readonly Resource: string | readonly string[]
  readonly Condition?: { readonly StringEquals: Tests; readonly StringLike?: Tests }
}

type Tests = { readonly [key: string]: string | readonly string[] }

/** Where the parameters and secrets are. */
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

export const secretStatementId = 'GetDeclaredSecrets'
export const secretAction = 'secretsmanager:GetSecretValue'
/** A number follows. */
export const decryptSecretStatementId = 'DecryptSecrets'
/** Secrets Manager encrypts with it: https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html */
export const secretContextKey = 'kms:EncryptionContext:SecretARN'
/** Of the ARN of a secret, after its name. */
export const anySuffix = '-??????'

/** @param names each once, and at least one. */
export function policyDocument(
  { parameters, secrets }: GrantedNames,
  target: AwsTarget,
  kmsKeys: KmsKeys = [],
): PolicyDocument {
  const parameterArns = parameters.map((name) => parameterArn(name, target))
  const secretArns = secrets.map((name) => secretArn(name, target))
  return {
    Version: '2012-10-17',
    Statement: [
      ...get(statementId, action, parameterArns),
      ...get(secretStatementId, secretAction, secretArns),
      ...parameterKeyArns(kmsKeys).flatMap((key, index) => {
        const encrypted = parameters.filter((name) => kmsKeyOf(name, kmsKeys)?.arn === key)
        const arns = encrypted.map((name) => parameterArn(name, target))
        return decrypt(`${decryptStatementId}${index + 1}`, key, arns.length, {
          StringEquals: { [contextKey]: arns, [viaServiceKey]: serviceHost('ssm', target) },
        })
      }),
      ...secretKeyArns(kmsKeys).flatMap((key, index) => {
        const encrypted = secrets.filter((name) => secretKeyOf(name, kmsKeys)?.arn === key)
        const arns = encrypted.map((name) => secretArn(name, target))
        return decrypt(`${decryptSecretStatementId}${index + 1}`, key, arns.length, {
          StringEquals: { [viaServiceKey]: serviceHost('secretsmanager', target) },
          StringLike: { [secretContextKey]: arns },
        })
      }),
    ],
  }
}

function get(Sid: string, Action: string, arns: readonly string[]): Statement[] {
  return arns.length === 0 ? [] : [{ Sid, Effect: 'Allow', Action, Resource: arns }]
}

function decrypt(
  Sid: string,
  key: string,
  names: number,
  condition: NonNullable<Statement['Condition']>,
): Statement[] {
  if (names === 0) return []
  return [{ Sid, Effect: 'Allow', Action: decryptAction, Resource: key, Condition: condition }]
}

/** What calls KMS, as kms:ViaService names it. */
export function serviceHost(service: string, { region, partition }: AwsTarget): string {
  return `${service}.${region}.${domainsOfPartition(partition).dnsSuffix}`
}

/**
 * The longest partition and the longest region that AWS has today, and the longest name of the service, each on its own:
 * the region and account may be unknown when the size of a policy is computed.
 */
const worstTarget: AwsTarget = { partition: 'aws-us-gov', region: 'us-isof-south-1', account: '111122223333' }
const longestSuffix = Math.max(...[defaultDomains, ...partitions].map(({ dnsSuffix }) => dnsSuffix.length))

/** Characters as IAM counts them, which leaves white space out, in the place with the longest ARNs. */
export function policySize(names: GrantedNames, kmsKeys: KmsKeys = []): number {
  const document = policyDocument(names, worstTarget, kmsKeys)
  const decrypting = document.Statement.filter(({ Action }) => Action === decryptAction).length
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

/** Likewise for the name of a secret. */
export function checkSecretName(name: string): string {
  if (validateSecretName(name) !== undefined) throw new Error('the name of a secret is not checked')
  return name
}

export function secretArn(name: string, { partition, region, account }: AwsTarget): string {
  return `arn:${partition}:secretsmanager:${region}:${account}:secret:${checkSecretName(name)}${anySuffix}`
}

export function parameterArn(name: string, { partition, region, account }: AwsTarget): string {
  return `arn:${partition}:ssm:${region}:${account}:parameter${checkParameterName(name)}`
}
