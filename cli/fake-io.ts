import { BoundedInput } from '../functions/krm/read-stdin.ts'
import type { Kubectl, ProcessIo } from './flags/command.ts'

type FakeIo = ProcessIo & { readonly printed: () => string; readonly said: () => string }

/** A ProcessIo for tests, with given input and recorded output. */
export function fakeIo(
  stdin?: string | Buffer,
  env: ProcessIo['env'] = {},
  self: ProcessIo['self'] = { node: process.execPath, program: import.meta.filename },
  kubectl: Kubectl = async () => ({ isMissing: true }),
): FakeIo {
  const printed: string[] = []
  const said: string[] = []
  return {
    env,
    self,
    kubectl,
    readStdin: async (limit) => {
      if (stdin === undefined) return undefined
      const input = new BoundedInput('standard input', limit)
      input.add(Buffer.from(stdin))
      return input.end()
    },
    out: (text) => void printed.push(text),
    err: (line) => void said.push(`${line}\n`),
    printed: () => printed.join(''),
    said: () => said.join(''),
  }
}
