/** The grants that are added and removed: for people, for a pull request, for programs. */
import type { ChangedName, GrantChange } from '../../functions/export-iam/grants/grant-changes.ts'
import { declaredKey } from '../../functions/export-iam/grants/granted-names.ts'
import type { Format } from '../flags/format-flag.ts'
import { granteeCell, workloadsCell } from './markdown-text.ts'
import type { Paint } from '../report/paint.ts'
import { formatTable } from './table.ts'

export function formatChanges(changes: readonly GrantChange[], format: Format, paint: Paint): string {
  if (format === 'json') return `${JSON.stringify(changes, null, 2)}\n`
  if (changes.length === 0) return 'Nobody gains or loses a parameter.\n'
  return format === 'markdown' ? markdownOf(changes) : tableOf(changes, paint)
}

function tableOf(changes: readonly GrantChange[], paint: Paint): string {
  const rows = changes.flatMap(({ key, gains, loses }) => [
    ...gains.map((one) => [key, 'gains', shown(one), one.workloads.join(', ')]),
    ...loses.map((one) => [key, 'loses', shown(one), one.workloads.join(', ')]),
  ])
  return formatTable(['who', 'change', 'parameter', 'declared by'], rows, paint)
}

function markdownOf(changes: readonly GrantChange[]): string {
  const cell = (parameters: readonly ChangedName[]) =>
    parameters.map((one) => `\`${shown(one)}\` (${workloadsCell(one.workloads)})`).join('<br>')
  const rows = changes.map(
    ({ key, role, gains, loses }) => `| ${granteeCell(key, role)} | ${cell(gains)} | ${cell(loses)} |`,
  )
  return ['| who | gains | loses |', '| --- | --- | --- |', ...rows, ''].join('\n')
}

function shown({ parameter, secret, kmsKey }: ChangedName): string {
  const name = parameter ?? declaredKey('secrets', secret)
  return kmsKey === undefined ? name : `${name} by the key ${kmsKey}`
}
