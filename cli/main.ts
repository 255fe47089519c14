import { guardStdout, writeStdout } from '../functions/guard-stdout.ts'
import type { Io } from './command.ts'
import { kees } from './kees.ts'

const io: Io = {
  env: process.env,
  self: { node: process.execPath, program: process.argv[1] ?? '' },
  readStdin: async () => {
    if (process.stdin.isTTY) return undefined
    const chunks: Buffer[] = []
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
    return Buffer.concat(chunks)
  },
  out: (text) => writeStdout(process, text),
  say: (line) => process.stderr.write(`${line}\n`),
  ...(process.stderr.isTTY ? { tell: (line: string) => process.stderr.write(`${line}\n`) } : {}),
}

guardStdout(process)
void kees(process.argv.slice(2), io).then((exit) => {
  process.exitCode = exit
})
