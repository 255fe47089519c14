resource "aws_iam_role" "creator" {
  name                 = var.role_name
  path                 = var.path
  description          = "Role of the kees creator: creates the secrets that pods declare, and cannot replace them."
  assume_role_policy   = local.assume_role_policy
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  lifecycle {
    precondition {
      condition     = (var.assume_role_policy == null) != (length(local.trust_statements) == 0)
      error_message = "Set at least one of irsa, pod_identity and kube2iam, or only assume_role_policy."
    }
  }
}

# Inline, so that the allow and deny statements can only be attached together.
resource "aws_iam_role_policy" "creator" {
  name   = "create-once"
  role   = aws_iam_role.creator.id
  policy = local.policy

  lifecycle {
    precondition {
      condition     = length(local.policy) <= 10240
      error_message = "The policy of ${length(local.prefixes)} prefixes has ${length(local.policy)} characters, but IAM allows at most 10240. Use prefixes that share a first segment, and list only that segment."
    }
  }
}
