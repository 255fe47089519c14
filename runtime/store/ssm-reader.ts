import { mapOf } from '../../api/json.ts'
import { checkCall, formatRef, type ParameterStore } from './parameter-store.ts'
import { readAnswer } from './ssm-answer.ts'
import { type AwsCall, connectOnce } from '../aws/aws-call.ts'

/** Parameter Store for init. @param connect is called with the first request, and again until it succeeds. */
export function openSsmReader(connect: () => Promise<AwsCall>): Pick<ParameterStore, 'get'> {
  const call = connectOnce(connect)
  return {
    async get(refs) {
      checkCall(refs.map(({ name }) => name))
      const { output, peer } = await call('GetParameters', {
        Names: refs.map(formatRef),
        WithDecryption: true,
      })
      return readAnswer(refs, mapOf(output), peer)
    },
  }
}
