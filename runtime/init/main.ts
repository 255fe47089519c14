#!/usr/bin/env node
import { exitCode } from '../../api/exit-code.ts'
import { describeBug } from '../../api/describe-bug.ts'
import { parseInitArgs } from '../../api/settings/init-args.ts'
import { clock } from '../scheduling/clock.ts'
import { ignoreOutputErrors } from '../ignore-output-errors.ts'
import { openLog } from '../log.ts'
import { init } from './init.ts'

const writeError = (text: string) => process.stderr.write(text)

ignoreOutputErrors(process.stderr)
process.on('uncaughtException', (error) => {
  openLog('error', writeError).error('this is a bug of init, please report it', describeBug(error))
  process.exit(exitCode.bug)
})

const args = process.argv.slice(2)
/** Standard output is opened where something is written to it: a run for a pod writes only to the log. */
const writeOut = (text: string) => {
  ignoreOutputErrors(process.stdout)
  process.stdout.write(text)
}

// The first process of a container gets no default from the kernel: without this, a pod that goes would wait for us. A
// sidecar that receives SIGTERM has done its work.
const stays = parseInitArgs(args).value?.kind === 'refresh'
for (const [signal, number] of [
  ['SIGTERM', 15],
  ['SIGINT', 2],
] as const)
  process.on(signal, () => process.exit(stays ? exitCode.done : 128 + number))

// After some 500 refreshes, V8 compiles most of what runs at the same time: 20 MiB more that are never given back, in a container
// that may have 40, for a process that does something for milliseconds. Its young generation would grow too, by 20 MB in 1,440 refreshes (docs/performance.md). An init that does not stay need not load the module.
if (stays)
  for (const flag of ['--no-opt', '--no-maglev', '--semi-space-growth-factor=1'])
    process.getBuiltinModule('node:v8').setFlagsFromString(flag)

const world = { args, env: process.env, writeOut, writeError, terminationLog: '/dev/termination-log' }

void init({ ...world, clock, random: Math.random, memoryLimit: process.constrainedMemory() }).then((code) =>
  process.exit(code),
)
