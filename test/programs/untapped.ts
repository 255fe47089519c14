import { join } from 'node:path'

/**
 * The command as users run it, without the variables for Node of the tests' own environment.
 *
 * Where the whole suite is run, the output of every Node is recorded, with all that Node itself can be made to print: its debug
 * output and its crash reports (record-output.cjs), and the programs share the compile cache of the tests, which saves a third of the
 * processor time of a short one. Not where strace counts the system calls.
 */
export function untapped(
  command: string,
  args: readonly string[] = [],
  folder = process.env['KEES_TEST_RECORD'],
): [command: string, args: string[]] {
  const recorded = folder === undefined || folder === '' || command === 'strace' ? [] : recordedIn(folder)
  return ['env', ['-u', 'NODE_OPTIONS', '-u', 'NODE_COMPILE_CACHE', ...recorded, command, ...args]]
}

function recordedIn(folder: string): string[] {
  const options = [
    `--require=${join(import.meta.dirname, 'record-output.cjs')}`,
    '--report-uncaught-exception',
    '--report-on-fatalerror',
    '--report-on-signal',
    '--report-signal=SIGUSR2',
    `--report-directory=${folder}`,
  ]
  const cache = process.env['NODE_COMPILE_CACHE']
  return [
    `NODE_OPTIONS=${options.join(' ')}`,
    'NODE_DEBUG=http,https,net,tls',
    `KEES_TEST_RECORD=${folder}`,
    ...(cache === undefined ? [] : [`NODE_COMPILE_CACHE=${cache}`]),
  ]
}
