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

variable "node_role_arn" {
  description = "The role of the nodes, as which kube2iam asks for the roles of pods."
  type        = string
}

# The role of the creator. Outside this repository, use github.com/bsycorp/kees//install/creator/terraform?ref=v0.1.0
module "kees_creator" {
  source = "../../../../install/creator/terraform"

  aws_region     = local.region
  aws_account_id = local.account
  prefixes       = ["/shop"]
  kube2iam       = { node_role_arns = [var.node_role_arn] }
}

# The role of the app.
resource "aws_iam_role" "orders" {
  name = "shop-orders"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = var.node_role_arn }
    }]
  })
}

# The module from kees export: the parameters that the app may read.
module "secrets" {
  source = "./secrets"

  aws_region     = local.region
  aws_account_id = local.account
  role_names     = { "shop-orders" = aws_iam_role.orders.name }
}
