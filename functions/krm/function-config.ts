import { isMap } from '../../api/json.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'
import { quote } from '../../api/diagnostic.ts'
import { type GivenOption, type GivenOptions } from './options/options.ts'
import { parseSource } from '../yaml/parse.ts'
import { toValue, type Value } from '../yaml/value.ts'

export const functionApiVersion = 'kees.bsycorp.com/v1alpha1'

/** The options in a functionConfig: our kind with a spec, a ConfigMap with data, or none at all. */
export function readFunctionConfig(config: Value | undefined, kind: string): Parsed<GivenOptions> {
  if (config === undefined || config === null) return { value: { given: [] } }
  if (!isMap(config)) return invalid('functionConfig is not an object')
  const { apiVersion, kind: found } = config
  if (apiVersion === 'v1' && found === 'ConfigMap') {
    const given = optionsIn(config['data'])
    return given ? { value: { given, parseYaml } } : invalid('functionConfig: data is not a map')
  }
  if (apiVersion !== functionApiVersion || found !== kind) {
    const shown = `${quoted(apiVersion)}, kind ${quoted(found)}`
    return invalid(
      `functionConfig has apiVersion ${shown}: allowed are ${functionApiVersion}, kind ${kind}, or a v1 ConfigMap`,
    )
  }
  const stray = Object.keys(config).filter((key) => !['apiVersion', 'kind', 'metadata', 'spec'].includes(key))
  if (stray.length > 0) {
    return invalid(`functionConfig has the field ${stray.map(quote).join(', ')}`, 'put options under spec')
  }
  const given = optionsIn(config['spec'])
  return given ? { value: { given } } : invalid('functionConfig: spec is not a map')
}

/** Reads YAML text with one document. */
export function parseYaml(text: string): Parsed<Value> {
  const parsed = parseSource(text)
  if (parsed.diagnostics !== undefined) return parsed
  const [document, ...more] = parsed.value
  if (!document || more.length > 0) return invalid('is not one YAML document')
  return { value: toValue(document.root) }
}

function optionsIn(map: Value | undefined): GivenOption[] | undefined {
  if (map === undefined || map === null) return []
  return isMap(map) ? Object.entries(map).map(([name, value]) => ({ name, value })) : undefined
}

function quoted(value: Value | undefined): string {
  return typeof value === 'string' ? quote(value) : 'none'
}
