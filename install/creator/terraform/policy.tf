# What the creator may do: make parameters below the prefixes, once. With IAM's own deny it could not overwrite one even
# if it tried.
locals {
  parameter_arn = "arn:${var.aws_partition}:ssm:${var.aws_region}:${var.aws_account_id}:parameter"
  prefixes      = sort(distinct(var.prefixes))
  below         = [for prefix in local.prefixes : "${local.parameter_arn}${prefix}/*"]

  # What the names of services end in, by partition.
  dns_suffixes = {
    "aws-cn"    = "amazonaws.com.cn"
    "aws-eusc"  = "amazonaws.eu"
    "aws-iso"   = "c2s.ic.gov"
    "aws-iso-b" = "sc2s.sgov.gov"
    "aws-iso-e" = "cloud.adc-e.uk"
    "aws-iso-f" = "csp.hci.ic.gov"
  }
  via_service = "ssm.${var.aws_region}.${lookup(local.dns_suffixes, var.aws_partition, "amazonaws.com")}"

  ssm_statements = [
    {
      Sid      = "CreateAndCheck"
      Effect   = "Allow"
      Action   = ["ssm:GetParameters", "ssm:PutParameter"]
      Resource = local.below
    },
    {
      Sid       = "NeverOverwrite"
      Effect    = "Deny"
      Action    = "ssm:PutParameter"
      Resource  = "*"
      Condition = { StringEquals = { "ssm:Overwrite" = "true" } }
    },
    # A policy of a parameter can delete it.
    {
      Sid       = "NeverExpire"
      Effect    = "Deny"
      Action    = "ssm:PutParameter"
      Resource  = "*"
      Condition = { StringEquals = { "ssm:Policies" = "true" } }
    },
  ]

  # With the account's own key aws/ssm, SSM asks for no right of the caller.
  kms_statements = [
    # SSM encrypts values of the standard tier itself and those of the advanced tier by a data key.
    {
      Sid      = "EncryptBelowPrefixes"
      Effect   = "Allow"
      Action   = ["kms:Encrypt", "kms:GenerateDataKey"]
      Resource = var.kms_key_arn
      Condition = {
        StringEquals = { "kms:ViaService" = local.via_service }
        StringLike   = { "kms:EncryptionContext:PARAMETER_ARN" = local.below }
      }
    },
    # Only parts of pairs are read: to make one part from the other, and to see that they belong together. The two
    # conditions hold together: below a prefix, and a part.
    {
      Sid      = "DecryptPartsOfPairs"
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = var.kms_key_arn
      Condition = {
        StringEquals       = { "kms:ViaService" = local.via_service }
        StringLike         = { "kms:EncryptionContext:PARAMETER_ARN" = local.below }
        StringLikeIfExists = { "kms:EncryptionContext:PARAMETER_ARN" = ["*_consumer", "*_private", "*_provider", "*_public"] }
      }
    },
  ]

  # Encoded one by one, since statements with and without conditions are of different types.
  statements = concat(
    [for statement in local.ssm_statements : jsonencode(statement)],
    [for statement in local.kms_statements : jsonencode(statement) if var.kms_key_arn != null],
  )

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for statement in local.statements : jsondecode(statement)]
  })
}
