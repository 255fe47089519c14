import { failed } from '../failure.ts'
import { isSecretRef, type ParameterReader, type ParameterStore, type ValueRef } from './parameter-store.ts'
import type { SecretReader } from './secret-reader.ts'

/** One reader of Parameter Store, or a folder, and of Secrets Manager. */
export function readBoth(
  parameters: Pick<ParameterStore, 'get' | 'peer'>,
  secrets: Pick<SecretReader, 'get'>,
): ParameterReader {
  return {
    peer: parameters.peer,

    async get(refs: readonly ValueRef[]) {
      const [secret] = refs.filter(isSecretRef)
      if (secret === undefined) return await parameters.get(refs.filter((ref) => !isSecretRef(ref)))
      if (refs.length > 1) throw new RangeError(`a secret in a call for ${refs.length} values: allowed is 1`)
      const found = await secrets.get(secret)
      return found === undefined ? { found: [], missing: [secret] } : { found: [found], missing: [] }
    },
  }
}

/** Of the file store: a folder has no secrets of Secrets Manager. */
export const noSecrets: SecretReader = {
  get: async () => refuse(),
  exists: async () => refuse(),
}

/** Without the name, which who prints it adds: kees prints a failure of several secrets once. */
function refuse(): never {
  throw failed({
    code: 'SELECTOR_UNSUPPORTED',
    message: 'the value is in AWS Secrets Manager, which a file: store does not have',
    hint: 'for tests, leave out from=secretsmanager and store the value as a parameter',
  })
}
