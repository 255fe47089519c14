/** The AWS provider of a Terraform configuration that is applied to moto. */
export const motoProvider = (endpoint: string) => `
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  endpoints {
    iam = "${endpoint}"
    sts = "${endpoint}"
  }
}
`
