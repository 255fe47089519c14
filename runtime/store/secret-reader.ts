/**
 * Secrets of AWS Secrets Manager, read one by one by their names.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html and API_DescribeSecret.html
 */
import { isMap, mapOf } from '../../api/json.ts'
import { type AwsAnswer, type AwsCall, connectOnce } from '../aws/aws-call.ts'
import { ofDeletedSecret } from '../aws/aws-hint.ts'
import { failed, failureOf, type Peer } from '../failure.ts'
import { secretValue } from '../secret-value.ts'
import type { SecretRef, StoredValue } from './parameter-store.ts'

export type SecretReader = {
  /** The value, decrypted; undefined where there is no such secret, or no such version of it. */
  readonly get: (ref: SecretRef) => Promise<StoredValue | undefined>
  /** Whether the secret and its version exist. Needs no permission to read or to decrypt the value. */
  readonly exists: (ref: SecretRef) => Promise<boolean>
}

/** AWS's limit, before the encoding of binary secrets. */
const maxBytes = 65_536

/** @param connect is called with the first request, and again until it succeeds. */
export function openSecretReader(connect: () => Promise<AwsCall>): SecretReader {
  const call = connectOnce(connect)
  return {
    async get(ref) {
      const { name: SecretId, label: VersionStage, version: VersionId } = ref
      const answer = await unlessMissing(call('GetSecretValue', { SecretId, VersionStage, VersionId }))
      return answer && readValue(ref, mapOf(answer.output), answer.peer)
    },

    async exists({ name, label, version }) {
      const answer = await unlessMissing(call('DescribeSecret', { SecretId: name }))
      if (answer === undefined) return false
      const { Name, DeletedDate: deleted, VersionIdsToStages: versions } = mapOf(answer.output)
      if (Name !== name)
        throw badAnswer('DescribeSecret', 'it is of a secret that was not requested', answer.peer)
      if (deleted !== undefined && deleted !== null) {
        const message = `DescribeSecret: secret ${name} is marked for deletion`
        throw failed({ code: 'REFUSED', message, hint: ofDeletedSecret, ...answer.peer })
      }
      const labels = isMap(versions) ? versions : {}
      if (version !== undefined) return Object.hasOwn(labels, version)
      return Object.values(labels).some((some) => isLabelIn(label ?? 'AWSCURRENT', some))
    },
  }
}

async function unlessMissing(answer: Promise<AwsAnswer>): Promise<AwsAnswer | undefined> {
  try {
    return await answer
  } catch (error) {
    if (failureOf(error)?.code === 'MISSING') return undefined
    throw error
  }
}

function readValue(
  ref: SecretRef,
  { Name, VersionId, VersionStages, SecretString: text, SecretBinary: binary }: Answer,
  peer: Peer,
): StoredValue {
  const fail = (why: string) => badAnswer('GetSecretValue', why, peer)
  const isRequested =
    Name === ref.name &&
    (ref.version === undefined || VersionId === ref.version) &&
    (ref.label === undefined || isLabelIn(ref.label, VersionStages))
  if (!isRequested) throw fail('it contains a secret or a version that was not requested')
  if (typeof text === 'string') {
    if (Buffer.byteLength(text) > maxBytes) throw fail(`the value has more than ${maxBytes} bytes`)
    return { ref, value: secretValue(text) }
  }
  if (typeof binary !== 'string') throw fail('it has no value')
  const bytes = Buffer.from(binary, 'base64')
  if (bytes.toString('base64') !== binary) throw fail('its binary value is not base64')
  if (bytes.length > maxBytes) throw fail(`the value has more than ${maxBytes} bytes`)
  return { ref, value: secretValue(binary), isBinary: true }
}

type Answer = Readonly<Record<string, unknown>>

function isLabelIn(label: string, labels: unknown): boolean {
  return Array.isArray(labels) && labels.includes(label)
}

function badAnswer(operation: string, why: string, peer: Peer): Error {
  const message = `${operation}: the response is not a Secrets Manager response: ${why}`
  return failed({ code: 'BAD_ANSWER', message, ...peer })
}
