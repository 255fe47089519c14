import { onOneLine, positionPrefix } from '../../functions/krm/result.ts'
import type { Paint } from './paint.ts'
import { type ReportedResult, reportedLines } from './reported-result.ts'

/** The lines for people, with the severity and the hint in colours. */
export function paintedLines(result: ReportedResult, paint: Paint): string[] {
  const { severity } = result
  const [fact = '', ...more] = reportedLines(result)
  const start = onOneLine(positionPrefix(result)).length
  const end = start + severity.length + 1
  const painted = `${fact.slice(0, start)}${paint(severity, fact.slice(start, end))}${fact.slice(end)}`
  return [painted, ...more.map((line) => line.replace(/^ {2}hint:/, () => `  ${paint('hint', 'hint:')}`))]
}
