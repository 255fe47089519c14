/**
 * Variables of init's environment that make it another program, or send its calls and its credentials elsewhere, with the
 * values that are harmless: what AWS's own webhooks set. inject-init warns of the others in option env; `kees verify` and the
 * admission policy refuse them, unless their flag --allow-env names the variable.
 *
 * JavaScript and CEL (RE2) read the same patterns: no look-around, no flags.
 */
import { allowLocalMode } from './local-mode-env.ts'
import { defaultDomains, partitions } from '../aws-partitions.ts'

export type GuardedVariable = {
  /** The pattern of its name. */
  readonly names: string
  /** Names of the pattern that have an entry of their own, before this one. */
  readonly exceptNames?: readonly string[]
  /** The pattern of the values that are allowed besides the empty one. */
  readonly allowed?: string
  /** What is wrong with any other value; follows the name. */
  readonly wrong: string
  /** Whether EKS sets it in pods: in a manifest, it replaces what EKS would set. */
  readonly setByWebhook?: true
}

const alternatives = (texts: readonly string[]) =>
  `(${texts.map((text) => text.replaceAll('.', '\\.')).join('|')})`

const domains = [defaultDomains, ...partitions]
const suffixes = domains.map(({ dnsSuffix }) => dnsSuffix)
const allSuffixes = alternatives([...suffixes, ...domains.map(({ dualStackSuffix }) => dualStackSuffix)])

/** The shape of a region, because a bucket is a host of amazonaws.com too: `ssm-fips.s3.amazonaws.com`. */
const region = '[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}'

/** Public endpoints, and the VPC endpoints of the service itself: not those of other people's services (vpce-svc). */
function endpointsOf(service: string, more: readonly string[] = []): string {
  const host = `${service}(-fips)?\\.${region}`
  const vpc = `vpce-[0-9a-z]+-[0-9a-z]+(-${region}[a-z])?\\.${host}\\.vpce\\.${alternatives(suffixes)}`
  return `^https://(${[`${host}\\.${allSuffixes}`, vpc, ...more].join('|')})/?$`
}

const ssm = endpointsOf('ssm')

export const guardedVariables: readonly GuardedVariable[] = [
  {
    names: '^AWS_ENDPOINT_URL(_SSM)?$',
    allowed: ssm,
    wrong: 'is not the address of an SSM endpoint of AWS',
  },
  {
    names: '^AWS_ENDPOINT_URL_SECRETS_MANAGER$',
    allowed: endpointsOf('secretsmanager'),
    wrong: 'is not the address of a Secrets Manager endpoint of AWS',
  },
  {
    names: '^AWS_ENDPOINT_URL_STS$',
    allowed: endpointsOf('sts', ['sts\\.amazonaws\\.com']),
    wrong: 'is not the address of an STS endpoint of AWS',
  },
  {
    names: '^AWS_EC2_METADATA_SERVICE_ENDPOINT$',
    allowed: '^http://(169\\.254\\.169\\.254|\\[fd00:ec2::254\\])/?$',
    wrong: 'is not the address of the instance metadata service',
  },
  {
    names: '^AWS_CONTAINER_CREDENTIALS_FULL_URI$',
    allowed: '^http://(169\\.254\\.170\\.23|\\[fd00:ec2::23\\])/v1/credentials$',
    wrong: 'is not the address of the EKS Pod Identity Agent',
  },
  {
    names: '^AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE$',
    allowed: '^/var/run/secrets/pods\\.eks\\.amazonaws\\.com/serviceaccount/eks-pod-identity-token$',
    wrong: 'is not the token of EKS Pod Identity',
  },
  {
    names: '^AWS_CONTAINER_',
    exceptNames: ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'],
    wrong: 'names credentials that are not those of the pod',
  },
  {
    // What the webhook of EKS sets from the annotation of the ServiceAccount: the trust policy of the role decides who may assume it.
    // https://github.com/aws/amazon-eks-pod-identity-webhook
    names: '^AWS_ROLE_ARN$',
    allowed: '^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$',
    wrong: 'is not the ARN of a role',
    setByWebhook: true,
  },
  {
    names: '^AWS_WEB_IDENTITY_TOKEN_FILE$',
    allowed: '^/var/run/secrets/eks\\.amazonaws\\.com/serviceaccount/token$',
    wrong: 'is not the token of IRSA',
    setByWebhook: true,
  },
  {
    names: '^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)$',
    wrong: 'gives init other credentials than those of the role of the pod',
  },
  { names: '^KEES_STORE$', allowed: '^ssm$', wrong: 'makes init read from another store than AWS' },
  { names: '^(HTTPS?|https?|ALL|all)_(PROXY|proxy)$', wrong: 'sends calls through a proxy' },
  { names: '^(AWS_CA_BUNDLE|SSL_CERT_FILE|SSL_CERT_DIR)$', wrong: 'replaces the trusted certificates' },
  {
    // Without the annotation local-mode it has no effect, and with it the StoragePolicy decides.
    names: `^${allowLocalMode}$`,
    allowed: '^(true|false)$',
    wrong: 'is neither true nor false',
  },
  {
    names: '^ALLOW_',
    exceptNames: [allowLocalMode],
    allowed: '^false$',
    wrong: 'allows what init refuses by default',
  },
  { names: '^(NODE|UV)_', wrong: 'changes how Node works' },
  { names: '^(OPENSSL_|SSLKEYLOGFILE$)', wrong: 'changes how TLS works' },
  // Of those that glibc itself ignores in privileged programs: what is loaded, and how host names are resolved.
  {
    names:
      '^(LD_|(GLIBC_TUNABLES|GCONV_PATH|LOCPATH|NLSPATH|HOSTALIASES|LOCALDOMAIN|RES_OPTIONS|RESOLV_HOST_CONF)$)',
    wrong: 'changes how the C library works',
  },
]

/** Credentials themselves: everybody who reads a manifest with such a value has them. */
export function holdsCredentials(name: string): boolean {
  return /^AWS_(SECRET_ACCESS_KEY|SESSION_TOKEN|CONTAINER_AUTHORIZATION_TOKEN)$/.test(name)
}

/** Of a variable that EKS sets itself, whatever its value is. */
export function isSetByWebhook(name: string): boolean {
  return guardedVariables.some(({ names, setByWebhook }) => setByWebhook && new RegExp(names).test(name))
}

/** @param value undefined: not known, because it comes from elsewhere or contains `$(NAME)`. */
export function findGuard(name: string, value: string | undefined): GuardedVariable | undefined {
  if (value === '') return undefined
  const guard = guardedVariables.find(({ names }) => new RegExp(names).test(name))
  if (guard?.allowed === undefined || value === undefined) return guard
  return new RegExp(guard.allowed).test(value) ? undefined : guard
}
