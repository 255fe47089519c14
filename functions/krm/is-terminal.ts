import { fstatSync } from 'node:fs'

/** isatty(3), without loading Node's sockets, which `node:tty` needs, where a file or a pipe shows that it is none. */
export function isTerminal(process: NodeJS.Process, descriptor: number): boolean {
  return fstatSync(descriptor).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(descriptor)
}
