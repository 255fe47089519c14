/**
 * A Parameter Store for tests, stricter than moto and as strict as AWS: names, ten a call, selectors, sizes and tiers,
 * quotas, permissions of IAM and KMS, read-after-write lag. This file is the store without the network, so that tests
 * can run it in virtual time; server.ts adds HTTP and faults. Beside it, as in AWS, is a Secrets Manager (get-secret.ts).
 *
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html and API_PutParameter.html
 */
import { mapOf } from '../../api/json.ts'
import { type AwsError, validation } from './aws-error.ts'
import { nameError } from './name-rules.ts'
import { describeSecret, getSecretValue } from './get-secret.ts'
import { putParameter } from './put-parameter.ts'
import { StoredParameters } from './stored-parameters.ts'
import { StoredSecrets } from './stored-secrets.ts'
import { tokenBucket } from './token-bucket.ts'
import type { Context, FakeAnswer, Right } from './operation.ts'

export type FakeSsmOptions = {
  readonly region?: string
  readonly account?: string
  /** In milliseconds, for the quotas and the lag; the real time by default. */
  readonly now?: () => number
  /** Calls a second, with a burst of one second; without limit by default. AWS's own are 40 and 3. */
  readonly readsPerSecond?: number
  readonly putsPerSecond?: number
  /** Which permissions are denied. One denied name fails its whole call, as in AWS. */
  readonly denied?: (right: Right) => boolean
  /**
   * For how long after a write a read does not see it, in milliseconds. A function is called for each read, so that one
   * read can see what the next one does not. Writes always see everything.
   */
  readonly lag?: number | ((name: string) => number)
  /** Calls a second to Secrets Manager; AWS's own limit is 10,000. */
  readonly secretsPerSecond?: number
  /** How many parameters there may be; 10,000 by default. */
  readonly limit?: number
}

type FakeCall = { readonly action: string; readonly input: unknown; readonly accessKeyId?: string }
export type FakeSsm = {
  readonly stored: StoredParameters
  readonly secrets: StoredSecrets
  readonly answer: (call: FakeCall) => FakeAnswer
  /** Stores a new version without checking rules, permissions and quotas. @returns its number. */
  readonly put: (name: string, value: string) => number
}

export function makeFakeSsm(options: FakeSsmOptions = {}): FakeSsm {
  const { region = 'eu-west-1', account = '111122223333', now = Date.now, lag = 0 } = options
  const { denied = () => false, limit = 10_000 } = options
  const lagOf = typeof lag === 'number' ? () => lag : lag
  const stored = new StoredParameters(now, lagOf)
  const reads = tokenBucket(options.readsPerSecond ?? Infinity, now)
  const puts = tokenBucket(options.putsPerSecond ?? Infinity, now)
  const ofSecrets = tokenBucket(options.secretsPerSecond ?? Infinity, now)
  const secrets = new StoredSecrets(`arn:aws:secretsmanager:${region}:${account}:secret`, now, lagOf)
  const arnPrefix = `arn:aws:ssm:${region}:${account}:parameter`

  const refuse = (right: Right): AwsError | undefined => {
    if (!denied(right)) return undefined
    const resource = right.action.startsWith('kms:')
      ? `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`
      : right.action.startsWith('secretsmanager:')
        ? secrets.arnOf(right.name)
        : `${arnPrefix}/${right.name.replace(/^\//, '')}`
    const user = `arn:aws:sts::${account}:assumed-role/cluster-app-role/${right.accessKeyId}`
    const message = `User: ${user} is not authorized to perform: ${right.action} on resource: ${resource} because no identity-based policy allows the ${right.action} action`
    const service = ' (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException)'
    return {
      type: 'AccessDeniedException',
      message: right.action.startsWith('kms:') ? message + service : message,
    }
  }

  return {
    stored,
    secrets,
    put: (name, value) => stored.add(name, { value, type: 'SecureString', tier: 'Standard' }).version,
    answer({ action, input, accessKeyId = '' }) {
      const context: Context = {
        stored,
        limit,
        arnPrefix,
        accessKeyId,
        refuse: (right) => refuse({ ...right, accessKeyId }),
      }
      const facts = mapOf(input)
      if (action === 'GetParameters') return reads.take() ? getParameters(facts, context) : throttled
      if (action === 'PutParameter') return puts.take() ? putParameter(facts, context) : throttled
      const read =
        action === 'GetSecretValue'
          ? getSecretValue
          : action === 'DescribeSecret'
            ? describeSecret
            : undefined
      if (read) return ofSecrets.take() ? read(facts, { secrets, refuse: context.refuse }) : throttled
      return { error: { type: 'UnknownOperationException', message: '' } }
    },
  }
}

const throttled: FakeAnswer = { error: { type: 'ThrottlingException', message: 'Rate exceeded' } }

function getParameters(
  { Names: names, WithDecryption: decrypt = false }: { Names?: unknown; WithDecryption?: unknown },
  { stored, arnPrefix, refuse }: Context,
): FakeAnswer {
  if (!Array.isArray(names) || names.length < 1 || names.length > 10) {
    return { error: validation('Member must have length less than or equal to 10 and greater than 0') }
  }
  const asked = names.map((text: unknown) => {
    const [name = '', selector, ...more] = typeof text === 'string' ? text.split(':') : []
    return { text: String(text), name, selector, isMalformed: selector === '' || more.length > 0 }
  })
  for (const { name, isMalformed } of asked) {
    const error = isMalformed ? validation('Invalid selector in the name') : nameError(name, arnPrefix)
    if (error) return { error: validation(error.message) }
  }
  if (new Set(asked.map(({ name }) => name.replace(/^\//, ''))).size < asked.length) {
    return { error: validation('Duplicate parameter names are not allowed') }
  }
  for (const { name } of asked) {
    const error = refuse({ action: 'ssm:GetParameters', name })
    if (error) return { error }
  }
  const found = asked.map((one) => ({ ...one, version: stored.read(one.name, one.selector) }))
  for (const { name, version } of found) {
    if (decrypt !== true || version?.type !== 'SecureString') continue
    const error = refuse({ action: 'kms:Decrypt', name })
    if (error) return { error }
  }
  const parameters = found.flatMap(({ name, selector, version }) => {
    if (version === undefined) return []
    const isShown = decrypt === true || version.type !== 'SecureString'
    return [
      {
        Name: name,
        ...(selector === undefined ? {} : { Selector: `:${selector}` }),
        Type: version.type,
        Value: isShown ? version.value : Buffer.from(`kms:alias/aws/ssm:${name}`).toString('base64'),
        Version: version.version,
        LastModifiedDate: version.writtenAt / 1000,
        ARN: `${arnPrefix}/${name.replace(/^\//, '')}`,
        DataType: 'text',
      },
    ]
  })
  const invalid = found.flatMap(({ text, version }) => (version === undefined ? [text] : []))
  // AWS does not return parameters in the order of the request.
  return { output: { Parameters: parameters.toReversed(), InvalidParameters: invalid } }
}
