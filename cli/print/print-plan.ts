import { onOneLine } from '../../functions/krm/result.ts'
import type { Io } from '../flags/command.ts'

/** Of --dry-run, one line for each file. */
export function printPlan(
  files: readonly { readonly path: string; readonly outcome: string }[],
  io: Io,
): void {
  if (files.length === 0) io.out('no file would be changed\n')
  for (const { path, outcome } of files) io.out(`${onOneLine(path)} ${outcome}\n`)
}
