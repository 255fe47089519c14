#!/usr/bin/env node
import { exitCode } from '../../api/exit-code.ts'
import { describeBug } from '../../api/describe-bug.ts'
import { parseInitArgs } from '../../api/settings/init-args.ts'
import { clock } from '../scheduling/clock.ts'
import { ignoreOutputErrors } from '../ignore-output-errors.ts'
import { openLog } from '../log.ts'
import { init } from './init.ts'
import { keepHeapSmall } from './refresh/small-heap.ts'

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

/** An init that does not stay need not load these modules. */
const collectGarbage = stays
  ? keepHeapSmall({ v8: process.getBuiltinModule('node:v8'), vm: process.getBuiltinModule('node:vm') })
  : () => {}

const world = { args, env: process.env, writeOut, writeError, terminationLog: '/dev/termination-log' }

void init({
  ...world,
  collectGarbage,
  clock,
  random: Math.random,
  memoryLimit: process.constrainedMemory(),
}).then((code) => process.exit(code))
