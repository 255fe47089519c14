// Runs the tests beside the sources, in a few processes, and prints only failures. Arguments select files by a part of their
// path. Slow tests run fewer cases than in `npm test`.
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { mapConcurrent } from '../runtime/scheduling/map-concurrent.ts'
import { endOnSignal } from './tests/end-on-signal.ts'
import { onlyFailures } from './tests/subtests.ts'
import { runUnitFiles } from './tests/unit-files.ts'

endOnSignal()
const root = join(import.meta.dirname, '..')
const chosen = process.argv.slice(2)
const start = Date.now()
const env = { KEES_TEST_EFFORT: '0.02', ...process.env }

const files = globSync('{api,functions,runtime,cli}/**/*.test.ts', { cwd: root })
  .filter((file) => chosen.length === 0 || chosen.some((piece) => file.includes(piece)))
  .toSorted()
/**
 * The folders of each process. What a process has loaded and compiled serves all of its files: those of `cli/` use what those of
 * `functions/` use, and most that use the Kubernetes client are in the second. A file belongs to the first that has its folder.
 */
const processes = [
  ['functions/', 'cli/'],
  ['api/', 'runtime/creator/', 'runtime/kubernetes/', 'runtime/scheduling/'],
  ['runtime/'],
]
const groups = Map.groupBy(files, (file) =>
  processes.findIndex((folders) => folders.some((folder) => file.startsWith(folder))),
)
// One more than the processors: tests of files and of servers wait a part of their time.
const results = (
  await mapConcurrent([...groups.values()], availableParallelism() + 1, (some) => runUnitFiles(some, env))
).flat()
const failed = results.filter(({ passed }) => !passed)
for (const { text } of failed) process.stdout.write(onlyFailures(text))
for (const { file } of failed) process.stdout.write(`failed: ${file}\n`)
const seconds = Math.round((Date.now() - start) / 1000)
process.stdout.write(
  `${results.length - failed.length} test files passed, ${failed.length} failed in ${seconds} s\n`,
)
if (failed.length > 0 || results.length === 0) process.exitCode = 1
