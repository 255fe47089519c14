# Who may assume the role: the creator's ServiceAccount, with IRSA or EKS Pod Identity, or the nodes, with kube2iam.
locals {
  issuer = var.irsa == null ? "" : replace(var.irsa.oidc_provider_arn, "/^arn:[^:]+:iam::[0-9]+:oidc-provider\\//", "")

  trust_statements = concat(
    [
      for irsa in var.irsa[*] : jsonencode({
        Sid       = "Irsa"
        Effect    = "Allow"
        Action    = "sts:AssumeRoleWithWebIdentity"
        Principal = { Federated = irsa.oidc_provider_arn }
        Condition = {
          StringEquals = {
            "${local.issuer}:aud" = "sts.amazonaws.com"
            "${local.issuer}:sub" = "system:serviceaccount:${var.namespace}:${var.service_account}"
          }
        }
      })
    ],
    [
      for pod_identity in var.pod_identity[*] : jsonencode({
        Sid       = "PodIdentity"
        Effect    = "Allow"
        Action    = ["sts:AssumeRole", "sts:TagSession"]
        Principal = { Service = "pods.eks.amazonaws.com" }
        Condition = {
          StringEquals = {
            "aws:RequestTag/eks-cluster-arn"            = pod_identity.cluster_arn
            "aws:RequestTag/kubernetes-namespace"       = var.namespace
            "aws:RequestTag/kubernetes-service-account" = var.service_account
          }
        }
      })
    ],
    [
      for kube2iam in var.kube2iam[*] : jsonencode({
        Sid       = "Kube2iam"
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { AWS = sort(kube2iam.node_role_arns) }
      })
    ],
  )

  assume_role_policy = coalesce(var.assume_role_policy, jsonencode({
    Version   = "2012-10-17"
    Statement = [for statement in local.trust_statements : jsondecode(statement)]
  }))
}
