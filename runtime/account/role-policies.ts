/** What IAM says that a role may do. https://docs.aws.amazon.com/IAM/latest/APIReference/ */
import { failed } from '../failure.ts'
import { element, elements } from '../aws/query-answer.ts'
import type { QueryCall } from '../aws/aws-query-call.ts'
import type { QueryOperation } from '../aws/aws-operation.ts'

export type RolePolicies = {
  /** Attached and inline ones. */
  readonly policies: readonly NamedPolicy[]
  /** What the policies are limited by; undefined without one. */
  readonly boundary: NamedPolicy | undefined
}

type NamedPolicy = {
  readonly name: string
  /** As IAM stores it. */
  readonly document: unknown
}

/** Rejects with a Failure; MISSING where there is no such role. */
export async function readRolePolicies(iam: QueryCall, role: string): Promise<RolePolicies> {
  const about = { RoleName: role }
  const details = await iam('GetRole', about)
  const attached = await pages(iam, 'ListAttachedRolePolicies', about, 'PolicyArn')
  const inline = await pages(iam, 'ListRolePolicies', about, 'member')
  const policies: NamedPolicy[] = []
  for (const arn of attached) policies.push(await managedPolicy(iam, arn))
  for (const name of inline) {
    const answer = await iam('GetRolePolicy', { ...about, PolicyName: name })
    policies.push({ name, document: documentIn(answer, 'PolicyDocument', 'GetRolePolicy') })
  }
  const boundary = element(details, 'PermissionsBoundaryArn')
  return { policies, boundary: boundary === undefined ? undefined : await managedPolicy(iam, boundary) }
}

/** The version that is in force. */
async function managedPolicy(iam: QueryCall, arn: string): Promise<NamedPolicy> {
  const policy = await iam('GetPolicy', { PolicyArn: arn })
  const version = element(policy, 'DefaultVersionId') ?? ''
  const answer = await iam('GetPolicyVersion', { PolicyArn: arn, VersionId: version })
  return { name: arn.replace(/^.*\//, ''), document: documentIn(answer, 'Document', 'GetPolicyVersion') }
}

/** A role has at most 20 managed policies, and few inline ones. */
const mostPages = 20

/** The texts of one element on all pages of a list. */
async function pages(
  iam: QueryCall,
  action: QueryOperation,
  input: Readonly<Record<string, string>>,
  name: string,
): Promise<readonly string[]> {
  const found: string[] = []
  let more: Readonly<Record<string, string>> = {}
  for (let page = 0; page < mostPages; page++) {
    const answer = await iam(action, { ...input, ...more })
    found.push(...elements(answer, name))
    const marker = element(answer, 'Marker')
    if (element(answer, 'IsTruncated') !== 'true' || marker === undefined) return found
    more = { Marker: marker }
  }
  throw new RangeError(`more than ${mostPages} pages of ${action}`)
}

/** IAM encodes documents as in a URL (RFC 3986). */
function documentIn(answer: string, name: string, action: QueryOperation): unknown {
  try {
    return JSON.parse(decodeURIComponent(element(answer, name) ?? ''))
  } catch {
    const message = `${action}: the response has no policy document`
    throw failed({ code: 'BAD_ANSWER', message, service: 'IAM', host: 'unknown' })
  }
}
