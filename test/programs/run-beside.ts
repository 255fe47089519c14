import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter } from 'node:path'
import { commandPatience, notEnded } from './not-ended.ts'
import { dist, type Ran } from './programs.ts'
import { untapped } from './untapped.ts'

/** Runs a program to its end, as `run` does, while servers in this process go on answering it. */
export async function runBeside(
  command: string,
  args: readonly string[],
  {
    input = '',
    env = {},
    timeout = commandPatience,
  }: { readonly input?: string; readonly env?: NodeJS.ProcessEnv; readonly timeout?: number } = {},
): Promise<Ran> {
  const all = { ...process.env, ...env }
  const begun = Date.now()
  const child = spawn(...untapped(command, args), {
    env: { ...all, PATH: `${dist}${delimiter}${all.PATH ?? ''}` },
  })
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    child.kill('SIGKILL')
    // A process that the command left behind may keep them open.
    child.stdout.destroy()
    child.stderr.destroy()
  }, timeout)
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
  // A program may end before it has read its input.
  child.stdin.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  child.stdin.end(input)
  await once(child, 'close')
  clearTimeout(timer)
  if (isLate) throw notEnded(command, args, said, begun)
  return { ...said, status: child.exitCode }
}
