/** The AWS provider of a Terraform configuration that is applied to moto, which is found by `motoEnv`. */
export const motoProvider = `
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
`

/** Not in the provider's `endpoints` block, which it takes 3 s of processor time to validate, at each of its starts. */
export const motoEnv = (endpoint: string): NodeJS.ProcessEnv => ({
  AWS_ENDPOINT_URL_IAM: endpoint,
  AWS_ENDPOINT_URL_STS: endpoint,
})
