import { type Omitted, parseTap } from './tap-results.ts'

export type Machine = {
  readonly hasCommand: (name: string) => boolean
  readonly hasTerraformProvider: (name: string) => boolean
  /** Has one that works, or that CI can start. */
  readonly hasContainerEngine: () => boolean
  /** What it lacks for a node of Kubernetes. */
  readonly nodeMissing: () => string | undefined
  /** Tests run on another node than the project's own: KEES_NODE is set. */
  readonly hasOtherNode: boolean
  /** Has everything that the tests need: no test may be skipped. */
  readonly isComplete: boolean
}

type Verdict = {
  readonly passed: number
  /** The tests that failed, and the errors below. */
  readonly failed: number
  readonly skipped: number
  readonly errors: readonly string[]
}

/**
 * Checks a run of `npm test` by the output of tap and by the exit code. A test may be skipped only for a command that
 * is not installed: else a machine that lost its tools, or a broken set-up, would pass. On a complete machine no test may
 * be skipped.
 */
export function ciVerdict(tap: string, exitCode: number, machine: Machine): Verdict {
  const { totals, skipped, todo } = parseTap(tap)
  const errors = [
    ...skipped.flatMap((one) => skipError(one, machine) ?? []),
    ...todo.map(({ name }) => `test "${name}" is marked TODO`),
  ]
  if (totals === undefined)
    errors.push('the output of tap is incomplete: the last line with the totals is missing')
  else if (totals.total === 0) errors.push('no test ran')
  if (totals !== undefined && totals.skipped !== skipped.length) {
    errors.push(`tap counts ${totals.skipped} skipped tests, but its output lists ${skipped.length}`)
  }
  const failed = (totals?.failed ?? 0) + errors.length
  if (exitCode !== 0 && failed === 0) errors.push(`npm test failed with exit code ${exitCode}`)
  return {
    passed: totals?.passed ?? 0,
    failed: (totals?.failed ?? 0) + errors.length,
    skipped: totals?.skipped ?? 0,
    errors,
  }
}

function skipError({ name, reason }: Omitted, machine: Machine): string | undefined {
  if (machine.isComplete)
    return `test "${name}" is skipped ("${reason}"): with KEES_NO_SKIPS no test may be skipped`
  if (reason === 'needs a container engine') {
    return machine.hasContainerEngine()
      ? `test "${name}" is skipped for a container engine, but one works`
      : undefined
  }
  if (reason === machine.nodeMissing()) return undefined
  if (reason === 'needs KEES_NODE unset') {
    return machine.hasOtherNode ? undefined : `test "${name}" is skipped for KEES_NODE, which is not set`
  }
  const [, command, other] = /^needs the commands? (\S+)(?: or (\S+))?$/.exec(reason) ?? []
  const [, provider] = /^needs the terraform provider (\S+)$/.exec(reason) ?? []
  if (command === undefined && provider === undefined) {
    return `test "${name}" is skipped ("${reason}"): the reason must be "needs the command X" or "needs the commands X or Y"`
  }
  const there = [command, other].find((one) => one !== undefined && machine.hasCommand(one))
  if (there !== undefined) return `test "${name}" is skipped for the command ${there}, which is installed`
  if (provider === undefined || !machine.hasTerraformProvider(provider)) return undefined
  return `test "${name}" is skipped for the terraform provider ${provider}, which is installed`
}
