// One process for several test files: `node scripts/tests/one-process.ts MINUTES FILE...`. Each file is a subtest of its
// name, and has so many minutes.
// A file's `import t from 'tap'` gets that subtest, so what it sets up there ends with it.
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import type { Test } from 'tap'
import { runs } from '../../api/test-effort.ts'
import { endKept, shareProcess } from './end-of-process.ts'
import { keptOpen, processState } from './process-state.ts'
import { resolveSource } from './resolve-source.ts'
import { writeInTurns } from './write-in-turns.ts'

// tap names the folders of `testdir` after the arguments, which would be too long for a file's name.
const [minutes, ...files] = process.argv.splice(2)
const subtests = new Map<string, Test>()
const scheme = 'subtest:'
Object.assign(globalThis, { subtestOf: (url: string) => subtests.get(url) })
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === 'async-hook-domain'
      ? nextResolve(import.meta.resolve('./error-domain.ts'), context)
      : specifier === 'tap' && context.parentURL !== undefined && subtests.has(context.parentURL)
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

// tap's own time-out of 30 s is for a process of one file.
process.env['TAP_TIMEOUT'] = '0'
const { default: root } = await import('tap')
// It would do so at its first line.
root.register()
writeInTurns(root)
// The process comes to this event after each file, and is not at its end.
process.removeAllListeners('beforeExit')

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
root.end()
// Files that are left over get a process without what was left behind.
if (!isAsBefore) process.exit(1)
