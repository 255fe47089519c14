/**
 * Results as workflow commands of GitHub Actions, which shows them on the lines of a pull request.
 * https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
import type { Env } from '../../api/settings/env.ts'
import { reportedFile } from './reported-file.ts'
import { codeOf, type ReportedResult, reportedLines } from './reported-result.ts'

export function githubReport(results: readonly ReportedResult[], env: Env): string {
  return results.map((one) => `${commandOf(one, env)}\n`).join('')
}

function commandOf(result: ReportedResult, env: Env): string {
  const { severity, position } = result
  const file = reportedFile(result.file, env)
  // The position is in the properties. Without a file, it is a part of the message.
  const { file: _file, position: _position, ...unplaced } = result
  const [fact = '', ...more] = reportedLines(file === undefined ? result : unplaced)
  const text = [fact.replace(`${severity}: `, ''), ...more].join('\n')
  const properties = [
    ...(file === undefined ? [] : [`file=${property(file)}`]),
    ...(file === undefined || !position ? [] : [`line=${position.line}`, `col=${position.column}`]),
    `title=${property(`kees ${codeOf(result)}`)}`,
  ]
  return `::${severity} ${properties.join(',')}::${data(text)}`
}

/** Everything behind the second `::`, to the end of the line. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
