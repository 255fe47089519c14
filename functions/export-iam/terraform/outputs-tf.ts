import { partNames } from '../grants/split-policy.ts'

const arns = partNames.map((part) => `      try([aws_iam_policy.${part}[key].arn], []),\n`).join('')
const documents = partNames
  .map((part) => `      try([jsonencode(local.documents.${part}[key])], []),\n`)
  .join('')

/** Lists, because a grant may be split over several policies. */
export const outputsTf = `\
output "policy_arns" {
  description = "The ARNs of the policies, by role name, role ARN or workload without a role."
  value = {
    for key in keys(local.grants) : key => concat(
${arns}    )
  }
}

output "policy_documents" {
  description = "The IAM documents in JSON, by the same keys and in the same order."
  value = {
    for key in keys(local.grants) : key => concat(
${documents}    )
  }
}
`
