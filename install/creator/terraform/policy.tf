# The permissions of the creator: create parameters below the prefixes. IAM denies overwriting a parameter, whatever the
# program does.
locals {
  parameter_arn = "arn:${var.aws_partition}:ssm:${var.aws_region}:${var.aws_account_id}:parameter"
  prefixes      = sort(distinct(var.prefixes))
  below         = [for prefix in local.prefixes : "${local.parameter_arn}${prefix}/*"]

  # The DNS suffix of service names, by partition.
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
    # A parameter policy can delete a parameter.
    {
      Sid       = "NeverExpire"
      Effect    = "Deny"
      Action    = "ssm:PutParameter"
      Resource  = "*"
      Condition = { StringEquals = { "ssm:Policies" = "true" } }
    },
  ]

  # With the AWS managed key aws/ssm, the caller needs no KMS permission.
  kms_statements = [
    # SSM encrypts values of the standard tier with the key, and values of the advanced tier with a data key.
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
    # The creator reads only parts of pairs: to create one part from the other, and to check that they match. Both
    # conditions must hold: the name is below a prefix, and it ends in the suffix of a part.
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

  # Each statement is encoded separately, because statements with and without conditions have different types.
  statements = concat(
    [for statement in local.ssm_statements : jsonencode(statement)],
    [for statement in local.kms_statements : jsonencode(statement) if var.kms_key_arn != null],
  )

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for statement in local.statements : jsondecode(statement)]
  })
}
