import { mapOf } from '../../api/json.ts'
import type { SecretWriter } from '../../runtime/store/secret-reader.contract.ts'

/** Stores secrets in moto. @param endpoint as startMoto has it. */
export function motoSecrets(endpoint: string): SecretWriter {
  const call = async (action: string, input: object) => {
    const credential = 'test/20260101/eu-west-1/secretsmanager/aws4_request'
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `secretsmanager.${action}`,
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
  }
}
