import type { ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'

/** Neither the process nor its pipes keep this one running. */
export function unrefChild(child: ChildProcess): void {
  child.unref()
  for (const pipe of child.stdio) if (pipe instanceof Socket) pipe.unref()
}
