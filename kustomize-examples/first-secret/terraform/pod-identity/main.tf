terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

provider "aws" {
  region = local.region
}

data "aws_caller_identity" "current" {}

locals {
  region  = "eu-west-1"
  account = data.aws_caller_identity.current.account_id
}

variable "cluster_name" {
  description = "The EKS cluster, with the add-on eks-pod-identity-agent."
  type        = string
}

locals {
  cluster_arn = "arn:aws:eks:${local.region}:${local.account}:cluster/${var.cluster_name}"
}

# The role of the creator. Outside this repository, use github.com/bsycorp/kees//install/creator/terraform?ref=v0.1.0
module "kees_creator" {
  source = "../../../../install/creator/terraform"

  aws_region     = local.region
  aws_account_id = local.account
  prefixes       = ["/shop"]
  pod_identity   = { cluster_arn = local.cluster_arn }
}

resource "aws_eks_pod_identity_association" "kees_creator" {
  cluster_name    = var.cluster_name
  namespace       = "kees"
  service_account = "kees-creator"
  role_arn        = module.kees_creator.role_arn
}

# The role of the app.
resource "aws_iam_role" "orders" {
  name = "shop-orders"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Principal = { Service = "pods.eks.amazonaws.com" }
      Condition = {
        StringEquals = {
          "aws:RequestTag/eks-cluster-arn"            = local.cluster_arn
          "aws:RequestTag/kubernetes-namespace"       = "shop"
          "aws:RequestTag/kubernetes-service-account" = "orders"
        }
      }
    }]
  })
}

resource "aws_eks_pod_identity_association" "orders" {
  cluster_name    = var.cluster_name
  namespace       = "shop"
  service_account = "orders"
  role_arn        = aws_iam_role.orders.arn
}

# The module from kees export: the parameters that the app may read.
module "secrets" {
  source = "./secrets"

  aws_region     = local.region
  aws_account_id = local.account
  role_names     = { "shop-orders" = aws_iam_role.orders.name }
}
