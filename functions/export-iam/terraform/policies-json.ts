/**
 * The IAM documents themselves, for what is not Terraform:
 *
 *     {"generatedBy": "kees export", "grants": {"<role>": {"role": …, "policies": [{"name": …, "document": …}]}}}
 *
 * The keys and the names of the policies are those of the Terraform module.
 */
import { checkGrant, type Grant } from '../grants/grant.ts'
import { countNames } from '../grants/granted-names.ts'
import { checkKmsKeys, type KmsKeys } from '../options/kms-keys.ts'
import { type AwsTarget, policyDocument } from '../grants/policy.ts'

export const policiesJson = 'policies.json'

export function formatPoliciesJson(grants: readonly Grant[], kmsKeys: KmsKeys, target: AwsTarget): string {
  checkKmsKeys(kmsKeys)
  const entries = grants.map((grant) => {
    checkGrant(grant)
    const { key, policyName, role, parts } = grant
    const policies = parts.flatMap((part, index) =>
      countNames(part) === 0
        ? []
        : [{ name: `${policyName}-part${index + 1}`, document: policyDocument(part, target, kmsKeys) }],
    )
    return [key, { role: role?.name ?? null, policies }] as const
  })
  const whole = { generatedBy: 'kees export', grants: Object.fromEntries(entries) }
  return `${JSON.stringify(whole, null, 2)}\n`
}

export function isPoliciesJson(text: string): boolean {
  return text.startsWith('{\n  "generatedBy": "kees export"')
}
