import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter } from 'node:path'
import { dist, type Ran } from './programs.ts'
import { untapped } from './untapped.ts'

/** Runs a program to its end, as `run` does, while servers in this process go on answering it. */
export async function runBeside(
  command: string,
  args: readonly string[],
  {
    input = '',
    env = {},
    timeout = 600_000,
  }: { readonly input?: string; readonly env?: NodeJS.ProcessEnv; readonly timeout?: number } = {},
): Promise<Ran> {
  const all = { ...process.env, ...env }
  const child = spawn(...untapped(command, args), {
    env: { ...all, PATH: `${dist}${delimiter}${all.PATH ?? ''}` },
    timeout,
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
  child.stdin.end(input)
  await once(child, 'close')
  return { ...said, status: child.exitCode }
}
