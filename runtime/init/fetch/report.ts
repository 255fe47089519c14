/** The report of a failed init: everything that is wrong, once in the log, once in the termination message. */
import { constants, promises } from 'node:fs'
import { type Diagnostic, linesOf } from '../../../api/diagnostic.ts'
import { exitCode, type ExitCode, firstToMend } from '../../../api/exit-code.ts'
import type { Failure } from '../../failure.ts'
import type { Fields, Log } from '../../log.ts'
import { systemCode, systemReason } from '../../files/system-error.ts'

/** A Diagnostic or a Failure that ends init: no values. */
export type InitDiagnostic = Diagnostic & {
  readonly exit: ExitCode
  /** For when there is no room for the message: a cause that diagnostics share, and what is peculiar to this one. */
  readonly brief?: { readonly cause: string; readonly what: string }
  /** The answer of the store, for a parameter that was not fetched. */
  readonly failure?: Failure
  /** More for the log. */
  readonly fields?: Fields
}

/** https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/ */
const maxTerminationBytes = 4096

/** @param terminationLog written only where it exists: outside of a pod it does not. @returns the exit code. */
export async function report(
  diagnostics: readonly InitDiagnostic[],
  log: Log,
  terminationLog: string,
): Promise<ExitCode> {
  const exit = firstToMend(diagnostics.map((one) => one.exit))
  if (exit === exitCode.done) return exit
  log.error('init failed', {
    exitCode: exit,
    problems: diagnostics.map(loggedDiagnostic),
  })
  await writeTerminationMessage(terminationLog, terminationMessage(diagnostics), log)
  return exit
}

/** As an entry of the log's field `problems`. */
export function loggedDiagnostic({
  message,
  hint,
  fields,
}: Diagnostic & Pick<InitDiagnostic, 'fields'>): Fields {
  return { text: message, ...fields, ...(hint === undefined ? {} : { hint }) }
}

/**
 * At most 4,096 bytes, without ARNs, because everyone who may read the pod may read this. Where there is no room for everything, diagnostics of one
 * cause share a line, and what does not fit even then is counted.
 */
export function terminationMessage(diagnostics: readonly InitDiagnostic[]): string {
  const all = diagnostics.map((one) => withoutArns(linesOf(one).join('\n'))).join('\n')
  if (bytes(all) <= maxTerminationBytes) return all
  const kept: string[] = []
  let left = diagnostics.length
  let room = maxTerminationBytes - bytes(`\n${more(left)}`)
  for (const { head, items } of shortened(diagnostics)) {
    const shown = items.slice(0, fitting(head, items, room))
    const line = shown.length === 0 ? head : `${head}: ${shown.join(', ')}`
    if (shown.length < Math.min(1, items.length) || bytes(line) + 1 > room) continue
    kept.push(line)
    room -= bytes(line) + 1
    left -= Math.max(1, shown.length)
  }
  return [...kept, ...(left > 0 ? [more(left)] : [])].join('\n')
}

type Line = { readonly head: string; readonly items: string[] }

function shortened(diagnostics: readonly InitDiagnostic[]): Line[] {
  const lines = new Map<string, Line>()
  for (const one of diagnostics) {
    const { brief } = one
    const head = withoutArns(brief?.cause ?? linesOf(one).join('\n'))
    const line = lines.get(head) ?? { head, items: [] }
    lines.set(head, line)
    if (brief) line.items.push(brief.what)
  }
  return [...lines.values()]
}

/** How many of the items fit on a line behind its head. */
function fitting(head: string, items: readonly string[], room: number): number {
  let used = bytes(head) + 1
  return items.filter((item) => (used += bytes(item) + 2) <= room).length
}

function more(count: number): string {
  return `and ${count} more: see the log`
}

function bytes(text: string): number {
  return Buffer.byteLength(text)
}

function withoutArns(text: string): string {
  return text.replace(/\barn:[a-z0-9-]+:\S*/gi, '<arn>')
}

async function writeTerminationMessage(path: string, message: string, log: Log): Promise<void> {
  try {
    const file = await promises.open(path, constants.O_WRONLY | constants.O_TRUNC)
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
