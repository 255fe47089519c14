/** Lists, because a grant may come to be split over several policies. */
export const outputsTf = `\
output "policy_arns" {
  description = "The ARNs of the policies, by role name, role ARN or workload without a role."
  value = {
    for key in keys(local.grants) : key => [aws_iam_policy.part1[key].arn]
  }
}

output "policy_documents" {
  description = "The IAM documents in JSON, by the same keys and in the same order."
  value = {
    for key in keys(local.grants) : key => [jsonencode(local.documents.part1[key])]
  }
}
`
