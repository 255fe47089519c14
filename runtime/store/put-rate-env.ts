import { invalid, type Parsed } from '../../api/parsed.ts'
import type { EnvSetting } from '../../api/settings/setting.ts'

/** How fast the account is written to: a setting of the creator and of the kees commands that create many parameters. */
export const putRateVariable: EnvSetting<number> = {
  env: 'PUT_RATE',
  default: 3,
  meaning: 'how many parameters may be created per second; halved while the store throttles',
  parse: parseRate,
  format: String,
}

/** Calls per second. */
export function parseRate(number: string): Parsed<number> {
  const value = Number(number)
  if (/^[0-9]+(\.[0-9]+)?$/.test(number) && value >= 0.01 && value <= 10_000) return { value }
  return invalid('must be a number from 0.01 to 10000')
}
