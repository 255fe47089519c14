import { invalid, type Parsed } from '../parsed.ts'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

const byDefault: LogLevel = 'info'

/** Of the programs that run in a pod. */
export const logLevelVariable = {
  env: 'LOG_LEVEL',
  default: byDefault,
  meaning: `how much is logged: ${logLevels.join(', ')}`,
  parse: parseLogLevel,
}

function parseLogLevel(text: string): Parsed<LogLevel> {
  const value = logLevels.find((one) => one === text)
  return value === undefined ? invalid(`is not a level: allowed are ${logLevels.join(', ')}`) : { value }
}
