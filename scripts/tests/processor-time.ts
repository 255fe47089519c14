import { readFileSync } from 'node:fs'

/** Of /proc: 100 on every Linux that Node supports. */
const ticksPerSecond = 100

/**
 * The processor time of child processes, with that of their own children, in seconds. The kernel adds it to this process when a
 * child has ended: what is new since the last call is that of the child that has just ended. Zero where there is no /proc.
 */
export class ProcessorTime {
  #taken = 0

  take(): number {
    const all = ofEndedChildren()
    const seconds = all - this.#taken
    this.#taken = all
    return seconds
  }

  /** Of all children that have ended, and of this process. */
  get total(): number {
    const { user, system } = process.cpuUsage()
    return ofEndedChildren() + (user + system) / 1e6
  }
}

/** The fields `cutime` and `cstime`: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function ofEndedChildren(): number {
  let text: string
  try {
    text = readFileSync('/proc/self/stat', 'utf8')
  } catch {
    return 0
  }
  // The name of the program, in brackets, may contain spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond
}
