import { runCommand } from './run-command.mjs'

/** Runs a command to its end. Throws an error with its output if it fails; prints nothing otherwise. */
export async function runQuietly(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const output: Buffer[] = []
  const { code, signal } = await runCommand(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    onOutput: (chunk: Buffer) => output.push(chunk),
    env: { ...process.env, ...env },
  })
  if (code === 0) return
  const how = signal ? `was ended by ${signal}` : `failed with exit code ${code}`
  throw new Error(`${Buffer.concat(output).toString()}\n"${[command, ...args].join(' ')}" ${how}`.trim())
}
