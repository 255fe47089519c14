/** `check` blocks came with Terraform 1.5; OpenTofu began at 1.6. */
export const versionsTf = `\
terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}
`
