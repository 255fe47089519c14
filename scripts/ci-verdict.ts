import { type Omitted, parseTap } from './tap-results.ts'

export type Machine = {
  readonly hasCommand: (name: string) => boolean
  readonly hasTerraformProvider: (name: string) => boolean
  /** One that works, or that CI knows how to make. */
  readonly hasContainerEngine: () => boolean
  /** What it lacks for a node of Kubernetes. */
  readonly nodeMissing: () => string | undefined
  /** Was given all that tests need: what is skipped is a mistake, whatever for. */
  readonly isComplete: boolean
}

export type Verdict = {
  readonly passed: number
  /** What tap counts as failed, and every problem. */
  readonly failed: number
  readonly skipped: number
  readonly problems: readonly string[]
}

/**
 * Judges a run of `npm test` by what tap wrote and by its exit code. A test may be skipped only for a command that
 * the machine does not have: else a machine that lost its tools, or a broken set-up, would pass. On a machine that has
 * to have all of them, none may.
 */
export function ciVerdict(tap: string, exitCode: number, machine: Machine): Verdict {
  const { totals, skipped, todo } = parseTap(tap)
  const problems = [
    ...skipped.flatMap((one) => skipProblem(one, machine) ?? []),
    ...todo.map(({ name }) => `"${name}" is still to do`),
  ]
  if (totals === undefined)
    problems.push('tap did not come to its end: its closing line with the totals is missing')
  else if (totals.total === 0) problems.push('no test ran')
  if (totals !== undefined && totals.skipped !== skipped.length) {
    problems.push(`tap counts ${totals.skipped} skipped tests, and its output shows ${skipped.length}`)
  }
  const failed = (totals?.failed ?? 0) + problems.length
  if (exitCode !== 0 && failed === 0) problems.push(`npm test failed with exit code ${exitCode}`)
  return {
    passed: totals?.passed ?? 0,
    failed: (totals?.failed ?? 0) + problems.length,
    skipped: totals?.skipped ?? 0,
    problems,
  }
}

function skipProblem({ name, reason }: Omitted, machine: Machine): string | undefined {
  if (machine.isComplete) return `"${name}" is skipped for "${reason}", and here nothing may be`
  if (reason === 'needs a container engine') {
    return machine.hasContainerEngine()
      ? `"${name}" is skipped for a container engine, which is there`
      : undefined
  }
  if (reason === machine.nodeMissing()) return undefined
  const [, command, other] = /^needs the commands? (\S+)(?: or (\S+))?$/.exec(reason) ?? []
  const [, provider] = /^needs the terraform provider (\S+)$/.exec(reason) ?? []
  if (command === undefined && provider === undefined) {
    return `"${name}" is skipped for "${reason}": allowed is "needs the command X", or "commands X or Y"`
  }
  const there = [command, other].find((one) => one !== undefined && machine.hasCommand(one))
  if (there !== undefined) return `"${name}" is skipped for the command ${there}, which is there`
  if (provider === undefined || !machine.hasTerraformProvider(provider)) return undefined
  return `"${name}" is skipped for the terraform provider ${provider}, which is there`
}
