import { isDeepStrictEqual } from 'node:util'
import { initVariables } from '../../api/init-env.ts'
import { quote } from '../../api/diagnostic.ts'
import { parseFormat } from '../../api/secrets-format.ts'
import type { Asked, Change } from './change.ts'
import { textIn } from './effective-config.ts'
import { injectedVariables } from './init-settings.ts'
import type { ValueMap } from '../yaml/value.ts'

/** What init uses in its messages alone. */
const forMessages = injectedVariables.flatMap(({ env, source }) => ('fieldPath' in source ? [env] : []))

/** What is to change in the environment of init, or of its sidecar. Only what is ours to set is quoted. */
export function describeEnv(
  who: string,
  found: readonly ValueMap[],
  wanted: readonly ValueMap[],
  asked: Asked,
): Change[] {
  const names = new Set([...wanted, ...found].map((one) => textIn(one, 'name')))
  return [...names].flatMap((name): Change[] => {
    const [is, will] = [found, wanted].map((list) => list.find((one) => one['name'] === name))
    if (isDeepStrictEqual(is, will)) return []
    const matters = is !== undefined || !forMessages.includes(name)
    return [{ says: `${who}'s ${name} ${describeVariable(name, is, will, asked)}`, matters }]
  })
}

function describeVariable(
  name: string,
  found: ValueMap | undefined,
  wanted: ValueMap | undefined,
  { settings, nameOption }: Asked,
): string {
  const variable = injectedVariables.find(({ env, source }) => env === name && 'option' in source)
  const value = wanted ? wanted['value'] : variable?.default
  if (!variable || typeof value !== 'string') {
    return found === undefined ? 'is missing' : `is not as ${nameOption('env')} says`
  }
  if (variable.env === initVariables.format.env) {
    const by = settings.format === undefined ? nameOption('format') : 'the annotation'
    const { format } = parseFormat(textIn(found, 'value'))
    return `is ${found === undefined ? 'missing' : format === undefined ? 'another' : quote(format)}, ${by} says ${quote(value)}`
  }
  return found === undefined ? `is missing: ${quote(value)}` : `is not ${quote(value)}`
}
