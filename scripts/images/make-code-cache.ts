/**
 * The code cache of a program in an image: what V8 compiles of the program in one run, made by the Node of the image. What one architecture
 * makes is rejected by another, so for another platform that Node runs in QEMU.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { functionInput } from './function-input.ts'
import type { CachedProgram } from './image-programs.ts'
import { withInitInput } from './init-input.ts'

/**
 * With a fixed seed, V8 writes the same bytes each time (test/packaging/code-cache.test.ts). It accepts the cache without these flags,
 * which most other flags would prevent.
 */
const reproducible = ['--predictable', '--random-seed=1']

/** @param node the command that runs Node. @param start start-cached.cjs, in its place. @param cache the file to write. */
export async function makeCodeCache(
  name: CachedProgram,
  node: readonly string[],
  start: string,
  cache: string,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kees-code-cache-'))
  const input = join(folder, 'input')
  const runWith = (env: NodeJS.ProcessEnv) => run(node, start, input, { ...env, CODE_CACHE: cache })
  try {
    writeFileSync(input, name === 'init' ? '' : functionInput(name))
    await (name === 'init' ? withInitInput(folder, runWith) : runWith({}))
    if (!existsSync(cache)) throw new Error(`no code cache was written to ${cache}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param input a file: how a pipe is read depends on chance. */
async function run(
  [command = '', ...args]: readonly string[],
  start: string,
  input: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const preload = join(import.meta.dirname, 'write-code-cache.cjs')
  const stdin = openSync(input, 'r')
  try {
    const all = [...args, ...reproducible, '--require', preload, start]
    const child = spawn(command, all, { env, stdio: [stdin, 'ignore', 'pipe'] })
    const [[status], said] = await Promise.all([once(child, 'close'), child.stderr ? text(child.stderr) : ''])
    if (status !== 0)
      throw new Error(`${start} ended with ${status}, in place of making a code cache:\n${said}`)
  } finally {
    closeSync(stdin)
  }
}
