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
    readStdin: async () => (stdin === undefined ? undefined : { value: Buffer.from(stdin) }),
    out: (text) => void printed.push(text),
    err: (line) => void said.push(`${line}\n`),
    printed: () => printed.join(''),
    said: () => said.join(''),
  }
}
