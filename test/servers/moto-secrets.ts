import { mapOf } from '../../api/json.ts'
import type { SecretWriter } from '../../runtime/store/secret-reader.contract.ts'

type MotoSecrets = SecretWriter & {
  /** Stores a new secret under a customer managed key of its own. @returns the ARN of the key. */
  readonly putWithKey: (name: string, content: string) => Promise<string>
  /** The key of a secret, as DescribeSecret has it. */
  readonly keyOf: (name: string) => Promise<string>
}

/** Stores secrets in moto. @param endpoint as startMoto has it. */
export function motoSecrets(endpoint: string): MotoSecrets {
  const call = async (action: string, input: object, service = 'secretsmanager', target = service) => {
    const credential = `test/20260101/eu-west-1/${service}/aws4_request`
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `${target}.${action}`,
        authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(input),
    })
    return { ok: response.ok, answer: mapOf(await response.json()) }
  }
  const must = async (action: string, input: object) => {
    const { ok, answer } = await call(action, input)
    if (!ok) throw new Error(`${action}: ${String(answer['__type'])}: ${String(answer['message'])}`)
    return answer
  }
  return {
    async put(name, content) {
      const value =
        typeof content === 'string' ? { SecretString: content } : { SecretBinary: content.toString('base64') }
      const exists = (await call('DescribeSecret', { SecretId: name })).ok
      const answer = exists
        ? await must('PutSecretValue', { SecretId: name, ...value })
        : await must('CreateSecret', { Name: name, ...value })
      return String(answer['VersionId'])
    },
    async label(name, id, label) {
      await must('UpdateSecretVersionStage', { SecretId: name, VersionStage: label, MoveToVersionId: id })
    },
    async markForDeletion(name) {
      await must('DeleteSecret', { SecretId: name })
    },
    async putWithKey(name, content) {
      const { ok, answer } = await call('CreateKey', {}, 'kms', 'TrentService')
      const arn = mapOf(answer['KeyMetadata'])['Arn']
      if (!ok || typeof arn !== 'string') throw new Error(`CreateKey: ${JSON.stringify(answer)}`)
      await must('CreateSecret', { Name: name, SecretString: content, KmsKeyId: arn })
      return arn
    },
    async keyOf(name) {
      return String((await must('DescribeSecret', { SecretId: name }))['KmsKeyId'])
    },
  }
}
