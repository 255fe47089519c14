import type { Parsed } from '../../api/parsed.ts'
import { kmsKeyArnProblem } from '../../api/kms-key-arn.ts'

/** What encrypts what a program stores; of the creator, and of the commands of kees that write. */
export const kmsKeyVariable = {
  env: 'KMS_KEY_ID',
  default: '',
  meaning: "the ARN of the KMS key that encrypts what is stored; without it, the account's aws/ssm",
  parse: parseKmsKey,
} as const

function parseKmsKey(text: string): Parsed<string | undefined> {
  if (text === '') return { value: undefined }
  const problem = kmsKeyArnProblem(text)
  return problem === undefined ? { value: text } : { problem }
}
