variable "prefixes" {
  description = "The prefixes below which the creator may create parameters, such as /prod/shop. List the prefixes of the StoragePolicy with each namespace written out, or a prefix that they share."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.prefixes) > 0
    error_message = "At least one prefix is required."
  }

  validation {
    condition     = alltrue([for prefix in var.prefixes : can(regex("^(/[A-Za-z0-9_.-]+)+$", prefix))])
    error_message = "A prefix must be a hierarchy such as /prod/shop, without a trailing slash. It must not be / and must not contain wildcards or {namespace}, which IAM does not know."
  }

  validation {
    condition     = alltrue([for prefix in var.prefixes : !can(regex("(?i)^/(aws|ssm)", prefix)) && !can(regex("/\\.\\.?(/|$)", prefix))])
    error_message = "A prefix must not begin with aws or ssm, which SSM rejects, and must not contain the segments . and .."
  }

  validation {
    condition     = alltrue([for prefix in var.prefixes : length(regexall("/", prefix)) < 15 && length(prefix) <= 900])
    error_message = "A prefix must have at most 14 levels and 900 characters, because a parameter name has at most 15 levels."
  }
}

variable "aws_region" {
  description = "The region of the parameters."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+(-[a-z]+)+-[0-9]+$", var.aws_region))
    error_message = "The region must be a region name such as eu-west-1."
  }
}

variable "aws_account_id" {
  description = "The account of the parameters and of the role."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.aws_account_id))
    error_message = "The account must be 12 digits."
  }
}

variable "aws_partition" {
  description = "The partition of the account, such as aws-cn or aws-us-gov."
  type        = string
  default     = "aws"
  nullable    = false

  validation {
    condition     = can(regex("^aws(-[a-z]+)*$", var.aws_partition))
    error_message = "The partition must be aws or begin with aws-."
  }
}

variable "kms_key_arn" {
  description = "The ARN of the customer managed key that the creator uses (KMS_KEY_ID). By default, SSM uses the AWS managed key aws/ssm."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws(-[a-z]+)*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "The key must be the ARN of a key, not the ARN of an alias and not a key ID."
  }
}

variable "irsa" {
  description = "Trust with IAM roles for service accounts (IRSA): the OIDC provider of the cluster."
  type        = object({ oidc_provider_arn = string })
  default     = null

  validation {
    condition     = var.irsa == null || can(regex("^arn:aws(-[a-z]+)*:iam::[0-9]{12}:oidc-provider/[A-Za-z0-9._/-]+$", var.irsa.oidc_provider_arn))
    error_message = "oidc_provider_arn must be the ARN of an OIDC provider."
  }
}

variable "pod_identity" {
  description = "Trust with EKS Pod Identity, in one cluster. Create the association of the ServiceAccount outside this module."
  type        = object({ cluster_arn = string })
  default     = null

  validation {
    condition     = var.pod_identity == null || can(regex("^arn:aws(-[a-z]+)*:eks:[a-z0-9-]+:[0-9]{12}:cluster/[A-Za-z0-9_-]+$", var.pod_identity.cluster_arn))
    error_message = "cluster_arn must be the ARN of an EKS cluster."
  }
}

variable "kube2iam" {
  description = "Trust with kube2iam: the roles of the nodes. Only kube2iam's --namespace-restrictions prevents other pods from using this role."
  type        = object({ node_role_arns = list(string) })
  default     = null

  validation {
    condition     = var.kube2iam == null || (length(try(var.kube2iam.node_role_arns, [])) > 0 && alltrue([for arn in try(var.kube2iam.node_role_arns, []) : can(regex("^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/([\\w+=,.@-]+/)*[\\w+=,.@-]{1,64}$", arn))]))
    error_message = "node_role_arns must contain at least one ARN, and only ARNs of roles."
  }
}

variable "assume_role_policy" {
  description = "The trust policy document of the role, in place of irsa, pod_identity and kube2iam."
  type        = string
  default     = null
}

variable "namespace" {
  description = "The namespace of the creator."
  type        = string
  default     = "kees"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "The namespace must be a valid namespace name, without wildcards."
  }
}

variable "service_account" {
  description = "The ServiceAccount of the creator."
  type        = string
  default     = "kees-creator"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$", var.service_account))
    error_message = "The ServiceAccount must be a valid ServiceAccount name, without wildcards."
  }
}

variable "role_name" {
  description = "The name of the role."
  type        = string
  default     = "kees-creator"
  nullable    = false

  validation {
    condition     = can(regex("^[\\w+=,.@-]{1,64}$", var.role_name))
    error_message = "The name must be 1 to 64 letters, digits and _+=,.@- characters."
  }
}

variable "path" {
  description = "The IAM path of the role."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([\\w+=,.@-]+/)*$", var.path)) && length(var.path) <= 512
    error_message = "The path must begin and end with a slash and have at most 512 characters."
  }
}

variable "permissions_boundary" {
  description = "The ARN of the permissions boundary of the role."
  type        = string
  default     = null
}

variable "tags" {
  description = "The tags of the role."
  type        = map(string)
  default     = {}
  nullable    = false
}
