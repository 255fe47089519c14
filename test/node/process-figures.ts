/** What the program of a container takes, as the kernel counts it. */
export type ProcessFigures = {
  /** In MiB, without the pages of the executable, which the kernel shares between processes and can reclaim. */
  readonly memory: number
  /** Open files, sockets included. */
  readonly descriptors: number
}

const script = `
  const { readFileSync, readdirSync } = require('node:fs')
  const [, kB] = /^RssAnon:\\s+(\\d+) kB$/m.exec(readFileSync('/proc/1/status', 'utf8'))
  process.stdout.write(JSON.stringify({ memory: kB / 1024, descriptors: readdirSync('/proc/1/fd').length }))`

/** @param inContainer runs a command in a container of an image of kees. */
export async function processFigures(
  inContainer: (...command: string[]) => Promise<string>,
): Promise<ProcessFigures> {
  return JSON.parse(await inContainer('/usr/local/bin/node', '-e', script))
}
