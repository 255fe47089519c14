import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export type Measurement = {
  readonly wallSeconds: number
  /** The sum over all threads, in user and system mode. */
  readonly cpuSeconds: number
  readonly peakBytes: number
}

/**
 * Runs a command with an input file and an output file. Throws if the command fails. @param measurer the built
 * measure-command/main.go @param env replaces the environment of this process.
 */
export async function measureCommand(
  measurer: string,
  command: readonly string[],
  input: string,
  output: string,
  env?: NodeJS.ProcessEnv,
): Promise<Measurement> {
  const options = env === undefined ? {} : { env }
  const { stdout } = await promisify(execFile)(measurer, [input, output, ...command], options)
  const measurement: Measurement = JSON.parse(stdout)
  return measurement
}
