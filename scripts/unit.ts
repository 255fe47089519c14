// Runs the tests beside the sources, in one process for each top folder, and prints only failures. Arguments select files by
// a part of their path. Slow tests run fewer cases than in `npm test`.
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
const env = { KEES_TEST_EFFORT: '0.05', ...process.env }

const files = globSync('{api,functions,runtime,cli}/**/*.test.ts', { cwd: root })
  .filter((file) => chosen.length === 0 || chosen.some((piece) => file.includes(piece)))
  .toSorted()
const groups = Map.groupBy(files, (file) => file.split('/')[0] ?? '')
// The longest first.
const folders = ['runtime', 'functions', 'cli', 'api'].filter((folder) => groups.has(folder))
const results = (
  await mapConcurrent(folders, availableParallelism(), (folder) =>
    runUnitFiles(groups.get(folder) ?? [], env),
  )
).flat()
const failed = results.filter(({ passed }) => !passed)
for (const { text } of failed) process.stdout.write(onlyFailures(text))
for (const { file } of failed) process.stdout.write(`failed: ${file}\n`)
const seconds = Math.round((Date.now() - start) / 1000)
process.stdout.write(
  `${results.length - failed.length} test files passed, ${failed.length} failed in ${seconds} s\n`,
)
if (failed.length > 0 || results.length === 0) process.exitCode = 1
