import { guardStdout, writeStdout } from '../functions/krm/guard-stdout.ts'
import { isTerminal } from '../functions/krm/is-terminal.ts'
import { readStdin } from '../functions/krm/read-stdin.ts'
import type { ProcessIo } from './flags/command.ts'
import { kees } from './kees.ts'
import { kubectlOf } from './cluster/kubectl.ts'

const io: ProcessIo = {
  env: process.env,
  self: { node: process.execPath, program: process.argv[1] ?? '' },
  kubectl: kubectlOf(process.env),
  readStdin: async (limit) => (isTerminal(process, 0) ? undefined : readStdin(limit, () => process.stdin)),
  out: (text) => writeStdout(process, [text]),
  err: (line) => process.stderr.write(`${line}\n`),
  terminals: { out: isTerminal(process, 1), err: isTerminal(process, 2) },
  ...(isTerminal(process, 2) ? { progress: (line: string) => process.stderr.write(`${line}\n`) } : {}),
}

// An empty variable is none. The SDK would take it for the region, and not look into the profile.
if (process.env['AWS_REGION'] === '') delete process.env['AWS_REGION']

guardStdout(process)
void kees(process.argv.slice(2), io).then((exit) => {
  process.exitCode = exit
  // When all is printed: a credential_process of the AWS profile that does not end must not keep kees from ending. What
  // cannot be printed ends it elsewhere.
  process.stdout.write('', (error) => {
    if (!error) process.stderr.write('', () => process.exit(exit))
  })
})
