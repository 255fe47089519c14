import { mapOf } from '../../api/json.ts'
import { awsFailure } from '../aws/aws-failure.ts'
import { checkCall, formatRef, type ParameterReader } from './parameter-store.ts'
import { readAnswer } from './ssm-answer.ts'
import type { SsmCall } from '../aws/ssm-call.ts'

/** What init needs of Parameter Store. @param connect is done with the first call, and again as long as it fails. */
export function openSsmReader(connect: () => Promise<SsmCall>): ParameterReader {
  let connected: Promise<SsmCall> | undefined
  const forget = (error: unknown) => {
    connected = undefined
    throw error
  }
  return {
    async get(refs) {
      checkCall(refs.map(({ name }) => name))
      const input = { Names: refs.map(formatRef), WithDecryption: true }
      let answer: unknown
      try {
        const call = await (connected ??= connect().catch(forget))
        answer = await call('GetParameters', input)
      } catch (error) {
        throw awsFailure(error, 'GetParameters')
      }
      return readAnswer(refs, mapOf(answer))
    },
  }
}
