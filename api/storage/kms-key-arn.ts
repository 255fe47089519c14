import type { Diagnostic } from '../diagnostic.ts'

/** Not by an alias: IAM knows none of keys in other accounts, and one can be moved to another key. */
export function validateKmsKeyArn(text: string): Diagnostic | undefined {
  return arnPattern.test(text)
    ? undefined
    : {
        message: 'must be the ARN of a key, arn:<partition>:kms:<region>:<account>:key/<id>, not of an alias',
      }
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN */
const arnPattern =
  /^arn:aws(-[a-z]{1,8}){0,3}:kms:[a-z]{2,8}(-[a-z]{1,10}){1,3}-[0-9]:[0-9]{12}:key\/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
