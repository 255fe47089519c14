/** What V8 compiled of the programs of images, as files of this machine, without a container. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { programs, root } from '../../scripts/bundle.ts'
import { functionInput } from '../../scripts/images/function-input.ts'
import { type CachedProgram, cachedPrograms } from '../../scripts/images/image-programs.ts'
import { stageCached } from '../../scripts/images/stage-context.ts'
import { dist, run } from '../programs/programs.ts'
import { reportCache } from './report-cache.ts'

t.setTimeout(300_000)

/** With the cache that this Node makes. Outside of this package of ES modules, as in an image. */
async function staged(t: Test, name: CachedProgram) {
  const prefix = mkdtempSync(join(tmpdir(), 'kees-staged-'))
  t.teardown(() => rmSync(prefix, { recursive: true }))
  const text = readFileSync(join(dist, name), 'utf8')
  const start = await stageCached(prefix, name, text, [process.execPath])
  return { start, cache: join(prefix, 'lib/kees', `${name}.cache`) }
}

/** Without what the tests set for all Node programs. */
const node = (args: readonly string[], input = '') =>
  run('env', ['-u', 'NODE_OPTIONS', process.execPath, ...args], { cwd: root, input })

function flagsOf(name: CachedProgram): readonly string[] {
  const program = programs.find((one) => one.name === name)
  return program !== undefined && 'nodeFlags' in program ? program.nodeFlags.split(' ') : []
}

async function rejects(t: Test, name: CachedProgram, start: string, expected: string) {
  const { stdout, stderr } = node([...flagsOf(name), '-e', reportCache(start)])
  t.match(stdout, new RegExp(`^rejected ${expected}\\n.*\\d+\\.\\d+`), stderr)
}

for (const name of cachedPrograms) {
  t.test(
    `of ${name}, it has the same bytes each time, and is valid with the flags of the image`,
    async (t) => {
      const { start, cache } = await staged(t, name)
      const again = await staged(t, name)
      const bytes = readFileSync(cache)
      t.ok(bytes.length > 100_000, 'has what a run compiles')
      t.ok(bytes.equals(readFileSync(again.cache)))
      await rejects(t, name, start, 'false')
    },
  )

  t.test(`of ${name}, one that is damaged or absent makes no difference to the output`, async (t) => {
    const { start, cache } = await staged(t, name)
    const [args, input] = name === 'init' ? [['--help'], ''] : [[], functionInput(name)]
    const expected = run(name, args, { input })
    const isAsExpected = () => t.strictSame(node([...flagsOf(name), start, ...args], input), expected)
    isAsExpected()
    writeFileSync(cache, readFileSync(cache).fill(1, 0, 64))
    await rejects(t, name, start, 'true')
    isAsExpected()
    writeFileSync(cache, '')
    isAsExpected()
    rmSync(cache)
    await rejects(t, name, start, 'undefined')
    isAsExpected()
  })
}

t.test('a program is whole that the system returns in pieces', async (t) => {
  const prefix = t.testdir({
    'pieces.cjs': `const fs = require('node:fs')
const { readSync } = fs
fs.readSync = (file, buffer, { offset, length }) => readSync(file, buffer, { offset, length: Math.min(length, 100_000) })`,
  })
  const start = await stageCached(prefix, 'init', readFileSync(join(dist, 'init'), 'utf8'), undefined)
  writeFileSync(join(prefix, 'package.json'), '{"type": "commonjs"}')
  const inPieces = node([...flagsOf('init'), '--require', join(prefix, 'pieces.cjs'), start, '--help'])
  t.strictSame(inPieces, run('init', ['--help']))
})
