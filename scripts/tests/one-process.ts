// One process for several test files: `node scripts/tests/one-process.ts MINUTES FILE...`. Each file is a subtest of its
// name, and has so many minutes.
// A file's `import t from 'tap'` gets that subtest, so what it sets up there ends with it.
import { registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { runs } from '../../api/test-effort.ts'
import { endKept, shareProcess } from './end-of-process.ts'
import { Report } from './in-process/report.ts'
import { UnitTest } from './in-process/unit-test.ts'
import { keptOpen, processState } from './process-state.ts'
import { resolveSource } from './resolve-source.ts'
import { writeInTurns } from './write-in-turns.ts'

const [minutes, ...files] = process.argv.splice(2)
const subtests = new Map<string, UnitTest>()
const scheme = 'subtest:'
Object.assign(globalThis, { subtestOf: (url: string) => subtests.get(url) })
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === 'tap' && context.parentURL !== undefined && subtests.has(context.parentURL)
      ? { url: scheme + context.parentURL, format: 'module', shortCircuit: true }
      : (resolveSource(specifier, context.parentURL) ?? nextResolve(specifier, context)),
  load: (url, context, nextLoad) => {
    if (!url.startsWith(scheme)) return nextLoad(url, context)
    const source = `export default globalThis.subtestOf(${JSON.stringify(url.slice(scheme.length))})`
    return { format: 'module', source, shortCircuit: true }
  },
})

// Of properties that do not choose it.
fc.configureGlobal(runs(100))

const write = writeInTurns()
const report = new Report<UnitTest>(write)
const root = new UnitTest(report, '', join(import.meta.dirname, '../../.tap/fixtures'))
// In one process, the tests run one after the other: the error belongs to the one that began last.
process.on('uncaughtException', (error, origin) => (report.running.at(-1) ?? root).threw(error, origin))
let isDone = false
process.on('exit', (code) => {
  for (const test of report.running.toReversed()) test.abandon()
  if (code === 0 && !(isDone && root.passing())) process.exitCode = 1
})

write('TAP version 14\n')
shareProcess()
let isAsBefore = true
for (const file of files) {
  const changesSince = processState()
  const { href } = pathToFileURL(resolve(file))
  await root.test(file, { timeout: Number(minutes) * 60_000 }, async (t) => {
    subtests.set(href, t)
    await import(href)
  })
  const left = [...(await keptOpen()), ...changesSince()]
  if (left.length === 0) continue
  root.fail(`${file} leaves behind: ${left.join(', ')}`)
  isAsBefore = false
  break
}
await endKept()
isDone = true
write(`1..${files.length}\n${report.totals()}`)
// Files that are left over get a process without what was left behind.
if (!isAsBefore) process.exit(1)
