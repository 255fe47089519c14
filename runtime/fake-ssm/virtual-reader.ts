import type { AwsCall } from '../aws/aws-call.ts'
import { awsFailure } from '../aws/aws-failure.ts'
import { transportError } from '../http/transport-error.ts'
import type { Clock } from '../scheduling/clock.ts'
import type { ParameterReader } from '../store/parameter-store.ts'
import { readBoth } from '../store/both-services.ts'
import { openSecretReader } from '../store/secret-reader.ts'
import { openSsmReader } from '../store/ssm-reader.ts'
import type { FakeSsm } from './fake-ssm.ts'
import type { Fault } from './faults.ts'

type VirtualCall = { readonly at: number; readonly names: readonly string[] }

export type VirtualOptions = {
  readonly accessKeyId?: string
  /** How long a call takes, in milliseconds. */
  readonly takes?: number
  /** The fault of a call; every fault but an error of the store is a lost connection here. */
  readonly fault?: () => Fault | undefined
}

/** The fake without the network, for tests in virtual time: its answers are parsed by the same code as AWS's. */
export function virtualReader(
  ssm: FakeSsm,
  clock: Clock,
  { accessKeyId = 'AKIDEXAMPLE', takes = 0, fault = () => undefined }: VirtualOptions = {},
): { readonly reader: ParameterReader; readonly calls: readonly VirtualCall[] } {
  const calls: VirtualCall[] = []
  const host = 'fake'
  const peer = { service: 'SSM', host }
  const call: AwsCall = async (action, input) => {
    const { Names, SecretId }: { Names?: readonly string[]; SecretId?: string } = { ...input }
    calls.push({ at: clock.now(), names: Names ?? [String(SecretId)] })
    if (takes > 0) await clock.sleep(takes)
    const spoil = fault()
    if (spoil && spoil.kind !== 'error') {
      if (spoil.kind === 'malformed') return { output: spoil.body, peer }
      throw awsFailure(transportError(new Error('lost'), host), action, { host })
    }
    const answer = spoil ? { error: { message: '', ...spoil } } : ssm.answer({ action, input, accessKeyId })
    if ('output' in answer) return { output: answer.output, peer }
    const { type, message, status = 400 } = answer.error
    const $fault = status < 500 ? 'client' : 'server'
    const facts = { name: type, $fault, $metadata: { httpStatusCode: status } }
    throw awsFailure(Object.assign(new Error(message), facts), action, { host })
  }
  const connect = async () => call
  const parameters = { ...openSsmReader(connect), peer: () => peer }
  return { reader: readBoth(parameters, openSecretReader(connect)), calls }
}
