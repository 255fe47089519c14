import { checked, type Parsed } from '../../api/parsed.ts'
import { validateKmsKeyArn } from '../../api/storage/kms-key-arn.ts'
import type { EnvSetting } from '../../api/settings/setting.ts'

/** The key that encrypts stored values; a setting of the creator and of the kees commands that write. */
export const kmsKeyVariable: EnvSetting<string | undefined> = {
  env: 'KMS_KEY_ID',
  default: undefined,
  meaning: "the ARN of the KMS key that encrypts stored values; default: the account's key aws/ssm",
  parse: (text): Parsed<string> => checked(text, validateKmsKeyArn(text)),
  format: (key) => key ?? '',
}
