/**
 * A role's name or its ARN, as kube2iam and kiam read it in the pod annotation `iam.amazonaws.com/role`
 * (https://github.com/jtblin/kube2iam#kubernetes-annotation) and as the other places that name roles have it.
 *
 *     role = name / "arn:" partition ":iam::" account ":role/" *( segment "/" ) name
 *     name = 1*64( ALPHA / DIGIT / "_" / "+" / "=" / "," / "." / "@" / "-" )      ; segment: the same characters
 *
 * Limits: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html. Paths may hold more characters
 * there; those that a name may hold are what is allowed here, because the text becomes a key in Terraform.
 */
import { invalid, type Parsed } from '../../../api/parsed.ts'

export const roleAnnotation = 'iam.amazonaws.com/role'

export type IamRole =
  | { readonly name: string; readonly arn?: undefined; readonly account?: undefined }
  | { readonly name: string; readonly arn: string; readonly partition: string; readonly account: string }

const namePattern = /^[\w+=,.@-]{1,64}$/
const arnPattern =
  /^arn:(?<partition>aws(?:-[a-z]{1,8}){0,3}):iam::(?<account>[0-9]{12}):role\/(?<path>(?:[\w+=,.@-]+\/)*)(?<name>[\w+=,.@-]{1,64})$/

/** IAM counts the slashes at both ends of a path, of which an ARN shows the first as part of `role/`. */
const maxPathLength = 512 - 1

export function parseIamRole(text: string): Parsed<IamRole> {
  if (isReserved(text)) return reserved
  if (namePattern.test(text)) return { value: { name: text } }
  if (text.startsWith('arn:')) return parseArn(text)
  if (text === '') return invalid(`is empty: allowed are ${allowed}`)
  if (text.includes('/')) return invalid('has a path', 'write the whole ARN of the role')
  return invalid(`is not a role: allowed are ${allowed}`)
}

/**
 * Service-linked roles and those of IAM Identity Center, by their path or, where it was left out, by the beginning of their name. IAM
 * compares names of roles without their case.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
 * https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 */
function isReserved(pathAndName: string): boolean {
  const path = pathAndName.replace(/^\/?(role\/)?/, '')
  const name = path.slice(path.lastIndexOf('/') + 1)
  return /^aws-(service-role|reserved)\//.test(path) || /^(AWSServiceRoleFor|AWSReservedSSO_)/i.test(name)
}

const reserved = invalid(
  'is a role that AWS owns, to which no policy can be attached',
  'name a role of your own: allowed are roles outside of aws-service-role/ and aws-reserved/ whose names do not begin with AWSServiceRoleFor or AWSReservedSSO_',
)

const allowed = 'a name of at most 64 letters, digits and _+=,.@- or an ARN'

function parseArn(arn: string): Parsed<IamRole> {
  const { partition, account, path, name } = arnPattern.exec(arn)?.groups ?? {}
  if (partition === undefined || account === undefined || path === undefined || name === undefined) {
    const form = 'arn:<partition>:iam::<account, 12 digits>:role/<path/><name>'
    return invalid(
      `is not the ARN of a role: allowed is ${form} with letters, digits and _+=,.@- in the name`,
    )
  }
  if (isReserved(path + name)) return reserved
  if (path.length > maxPathLength)
    return invalid('has a path of more than the 512 characters that IAM allows')
  return { value: { name, arn, partition, account } }
}
