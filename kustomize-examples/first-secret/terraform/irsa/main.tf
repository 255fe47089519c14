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

variable "oidc_provider_arn" {
  description = "The cluster's OIDC provider."
  type        = string
}

locals {
  issuer = replace(var.oidc_provider_arn, "/^.*:oidc-provider\\//", "")
}

# The role of the creator. Outside this repository, use github.com/bsycorp/kees//install/creator/terraform?ref=v0.1.0
module "kees_creator" {
  source = "../../../../install/creator/terraform"

  aws_region     = local.region
  aws_account_id = local.account
  prefixes       = ["/shop"]
  irsa           = { oidc_provider_arn = var.oidc_provider_arn }
}

# The role of the app.
resource "aws_iam_role" "orders" {
  name = "shop-orders"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = var.oidc_provider_arn }
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = "system:serviceaccount:shop:orders"
        }
      }
    }]
  })
}

# The module from kees export: the parameters that the app may read.
module "secrets" {
  source = "./secrets"

  aws_region     = local.region
  aws_account_id = local.account
  role_names     = { "arn:aws:iam::111122223333:role/shop-orders" = aws_iam_role.orders.name }
}
