import type { Io } from './command.ts'

export type FakeIo = Io & { readonly printed: () => string; readonly said: () => string }

/** A process for tests: what it reads is given, what it prints is kept. */
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
    say: (line) => void said.push(`${line}\n`),
    printed: () => printed.join(''),
    said: () => said.join(''),
  }
}
