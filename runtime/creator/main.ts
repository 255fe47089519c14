#!/usr/bin/env node
import { exitCode } from '../../api/exit-code.ts'
import { describeBug } from '../../api/describe-bug.ts'
import { clock } from '../scheduling/clock.ts'
import { ignoreOutputErrors } from '../ignore-output-errors.ts'
import { openLog } from '../log.ts'
import { creator } from './creator.ts'

const writeError = (text: string) => process.stderr.write(text)
ignoreOutputErrors(process.stdout, process.stderr)
process.on('uncaughtException', (error) => {
  openLog('error', writeError).error('this is a bug of the creator, please report it', describeBug(error))
  process.exit(exitCode.bug)
})

const stop = new AbortController()
// The first signal stops gracefully, the second at once.
for (const [signal, number] of [
  ['SIGTERM', 15],
  ['SIGINT', 2],
] as const)
  process.on(signal, () => (stop.signal.aborted ? process.exit(128 + number) : stop.abort()))

const [args, writeOut] = [process.argv.slice(2), (text: string) => process.stdout.write(text)]
const world = { args, env: process.env, writeOut, writeError, clock, random: Math.random, stop: stop.signal }
void creator(world).then((code) => process.exit(code))
