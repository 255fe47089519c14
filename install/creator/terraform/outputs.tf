output "role_arn" {
  description = "The ARN of the role, for the annotation eks.amazonaws.com/role-arn of the ServiceAccount, for a Pod Identity association, or for the annotation iam.amazonaws.com/role."
  # Resources that use the role are created after its policy is attached.
  value      = aws_iam_role.creator.arn
  depends_on = [aws_iam_role_policy.creator]
}

output "role_name" {
  description = "The name of the role, to attach further policies."
  value       = aws_iam_role.creator.name
}

output "policy" {
  description = "The IAM policy document of the role."
  value       = local.policy
}

output "assume_role_policy" {
  description = "The trust policy document of the role."
  value       = local.assume_role_policy
}
