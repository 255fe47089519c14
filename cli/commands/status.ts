import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import type { Declared } from '../../api/pod-annotations.ts'
import { nameOf } from '../../functions/krm/result.ts'
import type { Workload } from '../../functions/workload/workload.ts'
import { exitCodeOf as failureExitCode } from '../../runtime/failure.ts'
import { refOf } from '../../runtime/init/fetch-declared.ts'
import { lookUpParameters, type Standing } from '../../runtime/store/look-up-parameters.ts'
import { formatRef } from '../../runtime/store/parameter-store.ts'
import { type Command, type Io } from '../command.ts'
import type { ParsedFlags } from '../flags.ts'
import { readStoredWorkloads, storedWorkloadFlags } from '../read-stored-workloads.ts'
import { printFailures } from '../print-failures.ts'
import { formatTable } from '../table.ts'

export const statusCommand: Command = {
  name: 'status',
  usage: '-f FILE [--output table|json] [--store STORE] [OPTION ...]',
  purpose: 'Shows which declared parameters exist in the store, without decrypting anything.',
  details:
    'The input may be manifests or pods. Exits with 3 if a parameter is missing, with 4 if access is denied.',
  examples: [
    ['Show what a pod waits for', 'kubectl get pod app-0 -o yaml | kees status -f -'],
    ['Print what a manifest needs as JSON', 'kees status -f manifest.yaml -o json'],
  ],
  flags: storedWorkloadFlags,
  run,
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  // Invalid declarations are reported, and the status of the others is shown.
  const read = await readStoredWorkloads(parsed, io, 'read')
  if (!read.workloads) return read.exit
  const { workloads, opened, output, exit } = read

  const declared = workloads.flatMap((workload) => workload.pod.declared.map((one) => ({ workload, ...one })))
  const progress = (done: number, total: number) => io.progress?.(`${done} of ${total} looked up`)
  const standings = await lookUpParameters(opened.store, declared.map(refOf), progress, opened.secrets)
  const failures = [...standings].flatMap(([parameter, standing]) =>
    typeof standing === 'string' ? [] : [{ parameters: [parameter], failure: standing }],
  )
  printFailures(failures, io)
  const rows = declared.map((one) => rowOf(one.workload, one, standings.get(formatRef(refOf(one)))))
  io.out(output.format(rows, tableOf))
  return firstToMend([exit, ...[...standings.values()].map(exitOf)])
}

type Row = {
  readonly workload: string
  /** Of an object with several pod templates. */
  readonly template?: string
  readonly declaration: string
  readonly kind: string
  readonly parameter: string
  readonly status: 'exists' | 'missing' | 'denied' | 'unknown'
}

function rowOf({ item, template }: Workload, declared: Declared, standing: Standing | undefined): Row {
  const { annotation, declaration } = declared
  return {
    workload: nameOf(item.object),
    ...(template.key === '' ? {} : { template: template.key }),
    declaration: annotation,
    kind: declaration.what === 'secret' ? declaration.kind : declaration.what,
    parameter: formatRef(refOf(declared)),
    status: statusOf(standing),
  }
}

function statusOf(standing: Standing | undefined): Row['status'] {
  if (standing === 'exists' || standing === 'missing') return standing
  // Without credentials no request was sent: unknown, not denied.
  return standing?.code === 'ACCESS_DENIED' ? 'denied' : 'unknown'
}

function exitOf(standing: Standing): ExitCode {
  if (typeof standing !== 'string') return failureExitCode(standing)
  return standing === 'missing' ? exitCode.missing : exitCode.done
}

function tableOf(rows: readonly Row[]): string {
  if (rows.length === 0) return 'nothing is declared\n'
  return formatTable(
    ['workload', 'declaration', 'kind', 'parameter', 'status'],
    rows.map(({ workload, template, declaration, kind, parameter, status }) => [
      template === undefined ? workload : `${workload} ${template}`,
      declaration,
      kind,
      parameter,
      status,
    ]),
  )
}
