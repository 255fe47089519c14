output "role_arn" {
  description = "For the annotation eks.amazonaws.com/role-arn of the ServiceAccount, a Pod Identity association, or the annotation iam.amazonaws.com/role."
  # Whoever uses the role finds it with its policy.
  value      = aws_iam_role.creator.arn
  depends_on = [aws_iam_role_policy.creator]
}

output "role_name" {
  description = "The name of the role, for further policies."
  value       = aws_iam_role.creator.name
}

output "policy" {
  description = "What the role may do: the IAM document."
  value       = local.policy
}

output "assume_role_policy" {
  description = "Who may assume the role: the IAM document."
  value       = local.assume_role_policy
}
