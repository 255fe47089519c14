/**
 * Runs a function on the cases in a folder. Each case is a folder:
 *
 *     input.yaml        what comes on standard input
 *     expected.yaml     standard output, byte for byte
 *     expected.stderr   standard error and a last line `exit N`; absent: it is empty and the exit code is 0
 *
 * UPDATE=1 writes what came out in place of what was expected; read the diff before you keep it.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { KrmFunction } from './krm-function.ts'
import { runFunction } from './run-function.ts'

/** @param once the cases whose output is not meant to be an input again. */
export function runFixtures(
  t: Test,
  krmFunction: KrmFunction,
  folder: string,
  once: readonly string[] = [],
): void {
  const cases = readdirSync(folder).toSorted()
  t.ok(cases.length > 0, 'there are cases')
  for (const name of cases) {
    t.test(name.replaceAll('-', ' '), async (t) => {
      const file = (suffix: string) => join(folder, name, suffix)
      const { stdout, stderr, exit } = runFunction(krmFunction, readFileSync(file('input.yaml'), 'utf8'))
      const said = stderr.length === 0 && exit === 0 ? '' : [...stderr, `exit ${exit}`, ''].join('\n')
      compare(t, file('expected.yaml'), stdout)
      compare(t, file('expected.stderr'), said)
      if (exit !== 0 || orchestrated(stdout) || once.includes(name)) return
      const again = runFunction(krmFunction, stdout)
      t.equal(again.stdout, stdout, 'run on its own output it changes nothing')
    })
  }
}

function compare(t: Test, path: string, actual: string): void {
  const { UPDATE: update } = process.env
  if (update && actual === '') rmSync(path, { force: true })
  else if (update) writeFileSync(path, actual)
  t.equal(actual, existsSync(path) ? readFileSync(path, 'utf8') : '', path.replace(/.*\//, ''))
}

/** What only an orchestrator's next run sees: it takes the results out before. */
function orchestrated(stdout: string): boolean {
  return stdout.includes('\nresults:')
}
