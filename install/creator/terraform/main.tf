resource "aws_iam_role" "creator" {
  name                 = var.role_name
  path                 = var.path
  description          = "Makes the secrets that pods declare, once. Of the kees creator."
  assume_role_policy   = local.assume_role_policy
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  lifecycle {
    precondition {
      condition     = (var.assume_role_policy == null) != (length(local.trust_statements) == 0)
      error_message = "Who may assume the role is said by irsa, pod_identity and kube2iam, one at least, or by assume_role_policy alone."
    }
  }
}

# Inline, so that what is allowed and what is denied are never there without each other.
resource "aws_iam_role_policy" "creator" {
  name   = "create-once"
  role   = aws_iam_role.creator.id
  policy = local.policy

  lifecycle {
    precondition {
      condition     = length(local.policy) <= 10240
      error_message = "The policy of ${length(local.prefixes)} prefixes has ${length(local.policy)} characters, IAM takes 10240. Let them share a first segment, and list that."
    }
  }
}
