/** What init says when it fails: everything that is wrong, once in the log, once in the termination message. */
import { constants, open } from 'node:fs/promises'
import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import type { Fields, Log } from '../log.ts'
import { systemCode, systemReason } from '../system-error.ts'

export type Problem = {
  readonly exit: ExitCode
  /** For people: what is wrong, with what, and what to do. No values. */
  readonly text: string
  /** More for the log. */
  readonly fields?: Fields
}

/** https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/ */
const maxTerminationBytes = 4096

/** @param terminationLog written only where it exists: outside of a pod it does not. @returns the exit code. */
export async function report(
  problems: readonly Problem[],
  log: Log,
  terminationLog: string,
): Promise<ExitCode> {
  const exit = firstToMend(problems.map((one) => one.exit))
  if (exit === exitCode.done) return exit
  log.error('init failed', {
    exitCode: exit,
    problems: problems.map(({ text, fields }) => ({ text, ...fields })),
  })
  await writeTerminationMessage(terminationLog, terminationMessage(problems), log)
  return exit
}

/** At most 4,096 bytes, whole lines as far as they fit, without ARNs: who may see a pod may see this. */
export function terminationMessage(problems: readonly Problem[]): string {
  const lines = problems.map(({ text }) => withoutArns(text))
  const all = lines.join('\n')
  if (Buffer.byteLength(all) <= maxTerminationBytes) return all
  const room = maxTerminationBytes - Buffer.byteLength(`\n${moreThan(0, lines)}`)
  const kept: string[] = []
  let used = 0
  for (const line of lines) {
    used += Buffer.byteLength(line) + 1
    if (used > room) break
    kept.push(line)
  }
  return [...kept, moreThan(kept.length, lines)].join('\n')
}

function moreThan(shown: number, lines: readonly string[]): string {
  return `and ${lines.length - shown} more: see the log`
}

function withoutArns(text: string): string {
  return text.replace(/\barn:[a-z0-9-]+:\S*/gi, '<arn>')
}

async function writeTerminationMessage(path: string, message: string, log: Log): Promise<void> {
  try {
    const file = await open(path, constants.O_WRONLY | constants.O_TRUNC)
    try {
      await file.writeFile(message)
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    if (code !== 'ENOENT') log.warn('cannot write the termination message', { reason: systemReason(code) })
  }
}
