import { checked, type Parsed } from '../../api/parsed.ts'
import { validateKmsKeyArn } from '../../api/kms-key-arn.ts'

/** The key that encrypts stored values; a setting of the creator and of the kees commands that write. */
export const kmsKeyVariable = {
  env: 'KMS_KEY_ID',
  default: '',
  meaning: "the ARN of the KMS key that encrypts stored values; default: the account's key aws/ssm",
  parse: parseKmsKey,
} as const

function parseKmsKey(text: string): Parsed<string | undefined> {
  if (text === '') return { value: undefined }
  return checked(text, validateKmsKeyArn(text))
}
