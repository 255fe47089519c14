import { goFlags, goVariables } from '../../scripts/tools/go-install.ts'
import { type Ran, run } from './programs.ts'

/**
 * Runs a Go program of one file, compiled as the tools are: of Go's standard library, what they share is compiled once.
 * @param go the path of the command.
 */
export function runGoFile(go: string, file: string, args: readonly string[] = []): Ran {
  return run(go, ['run', ...goFlags(), file, ...args], { env: goVariables })
}

/**
 * The same for a folder with a Go module, which uses modules of Kubernetes. In a run of all tests, it waits until Kubernetes is built
 * (scripts/tests/needed-tools.ts), so that most of it is compiled.
 */
export function runGoModule(go: string, folder: string, input: string): Ran {
  return run(go, ['run', '-buildvcs=false', ...goFlags(), '.'], { cwd: folder, input, env: goVariables })
}
