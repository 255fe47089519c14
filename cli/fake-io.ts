import { BoundedInput } from '../functions/krm/read-stdin.ts'
import type { Io } from './flags/command.ts'

type FakeIo = Io & { readonly printed: () => string; readonly said: () => string }

/** An Io for tests, with given input and recorded output. */
export function fakeIo(
  stdin?: string | Buffer,
  env: Io['env'] = {},
  self: Io['self'] = { node: process.execPath, program: import.meta.filename },
): FakeIo {
  const printed: string[] = []
  const said: string[] = []
  return {
    env,
    self,
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
