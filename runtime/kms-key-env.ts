import type { Checked } from '../api/checked.ts'

/** What encrypts what a program stores; of the creator, and of the commands of kees that write. */
export const kmsKeyVariable = {
  env: 'KMS_KEY_ID',
  default: '',
  meaning: "the ARN of the KMS key that encrypts what is stored; without it, the account's aws/ssm",
  parse: parseKmsKey,
} as const

/** An alias may be moved to another key, and policies name keys. */
function parseKmsKey(text: string): Checked<string | undefined> {
  if (text === '') return { value: undefined }
  return /^arn:[a-z0-9-]+:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/.test(text)
    ? { value: text }
    : { problem: 'is not the ARN of a key: arn:aws:kms:<region>:<account>:key/<id>' }
}
