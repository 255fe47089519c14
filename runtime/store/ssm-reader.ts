import { mapOf } from '../../api/json.ts'
import { checkCall, formatRef, type ParameterReader } from './parameter-store.ts'
import { readAnswer } from './ssm-answer.ts'
import type { SsmCall } from '../aws/ssm-call.ts'

/** Parameter Store for init. @param connect is called with the first request, and again until it succeeds. */
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
      const call = await (connected ??= connect().catch(forget))
      const answer = await call('GetParameters', input)
      return readAnswer(refs, mapOf(answer))
    },
  }
}
