/**
 * Results in the Static Analysis Results Interchange Format, for GitHub's code scanning and editors.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
 */
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import type { Env } from '../../api/settings/env.ts'
import { nameOf, onOneLine } from '../../functions/krm/result.ts'
import { reportedFile } from './reported-file.ts'
import { codeOf, type ReportedResult, reportedLines } from './reported-result.ts'

type Program = { readonly version: string; readonly exit: ExitCode; readonly env: Env }

export function sarifReport(results: readonly ReportedResult[], { version, exit, env }: Program): string {
  // Code scanning rejects a result without a file: those about the command line, or the store as a whole, are notifications.
  const placed = results.filter(({ file }) => file !== undefined)
  const others = results.filter(({ file }) => file === undefined)
  const rules = [...new Set(placed.map(codeOf))].toSorted()
  const notifications = (isOfConfiguration: boolean) =>
    others
      .filter((one) => (one.exit === exitCode.usage) === isOfConfiguration)
      .map((one) => ({ level: one.severity, message: { text: textOf(one) } }))
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'kees', semanticVersion: version, rules: rules.map((id) => ({ id })) } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: exit === exitCode.done || exit === exitCode.input,
            exitCode: exit,
            toolConfigurationNotifications: notifications(true),
            toolExecutionNotifications: notifications(false),
          },
        ],
        results: placed.map((one) => ({
          ruleId: codeOf(one),
          ruleIndex: rules.indexOf(codeOf(one)),
          level: one.severity,
          message: { text: textOf(one) },
          locations: [locationOf(one, env)],
        })),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function textOf(result: ReportedResult): string {
  const { file, position: _position, ...unplaced } = result
  const [fact = '', ...more] = reportedLines(file === undefined ? result : unplaced)
  return [fact.replace(`${result.severity}: `, ''), ...more.map((line) => line.trim())].join('\n')
}

function locationOf({ file = '', position, object }: ReportedResult, env: Env) {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(reportedFile(file, env) ?? file) },
      ...(position ? { region: { startLine: position.line, startColumn: position.column } } : {}),
    },
    ...(object ? { logicalLocations: [{ fullyQualifiedName: onOneLine(nameOf(object)) }] } : {}),
  }
}

/** Relative to the root of the repository, unless it is outside of the working directory. */
function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href
  return file.split('/').map(encodeURIComponent).join('/')
}
