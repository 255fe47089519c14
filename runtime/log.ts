import { type LogLevel, logLevels } from '../api/settings/log-level.ts'
import { formatUtc } from './utc-time.ts'

/** The message is constant, so that it can be searched for; what varies goes into the fields. */
export type Fields = Readonly<Record<string, unknown>>
export type Log = Readonly<Record<LogLevel, (message: string, fields?: Fields) => void>>

/** Writes one JSON object per line. A SecretValue among the fields is written as `<redacted>`. */
export function openLog(
  level: LogLevel,
  write: (line: string) => void,
  context: Fields = {},
  now: () => Date = () => new Date(),
): Log {
  const at = (own: LogLevel) => (message: string, fields?: Fields) => {
    if (logLevels.indexOf(own) < logLevels.indexOf(level)) return
    const fixed = { time: formatUtc(now()), level: own, message }
    write(`${JSON.stringify({ ...fixed, ...context, ...fields, ...fixed })}\n`)
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
