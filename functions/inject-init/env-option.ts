import { isMap } from '../../api/json.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'
import { about, type Diagnostic, quote } from '../../api/diagnostic.ts'
import { shownText, yamlOption } from '../krm/options.ts'
import type { Value } from '../yaml/value.ts'
import { unknownKeys } from '../krm/unknown-keys.ts'

export type EnvVariable = { readonly name: string; readonly [key: string]: Value }

export const envOption = yamlOption<readonly EnvVariable[]>(
  "more environment variables of the init container, such as AWS_REGION: a list as in a container's env",
  [],
  'none',
  {
    type: 'array',
    items: {
      type: 'object',
      properties: { name: { type: 'string' }, value: { type: 'string' }, valueFrom: { type: 'object' } },
      required: ['name'],
      additionalProperties: false,
    },
  },
  parseEnv,
)

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables */
const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef']

function parseEnv(value: Value): Parsed<readonly EnvVariable[]> {
  if (!Array.isArray(value)) return invalid("must be a list of variables, as in a container's env")
  const diagnostics: Diagnostic[] = []
  const variables: EnvVariable[] = []
  for (const [index, one] of value.entries()) {
    const found = about(`[${index}]`, validateVariable(one))
    diagnostics.push(...found)
    const name = isMap(one) ? one['name'] : undefined
    if (found.length > 0 || !isMap(one) || typeof name !== 'string') continue
    if (variables.some((other) => other.name === name))
      diagnostics.push({ message: `[${index}].name ${quote(name)} is declared twice` })
    variables.push({ ...one, name })
  }
  return diagnostics.length > 0 ? { diagnostics } : { value: variables }
}

/** Values are not quoted: they may be credentials. */
function validateVariable(one: Value): Diagnostic[] {
  if (!isMap(one)) return [{ message: 'must be a map with name, and value or valueFrom' }]
  const { name = null, value, valueFrom } = one
  const diagnostics = unknownKeys(one, ['name', 'value', 'valueFrom'])
  // Printable ASCII but "=": what Kubernetes takes.
  if (typeof name !== 'string' || !/^[ -<>-~]+$/.test(name))
    diagnostics.push(
      ...about('.name', about(shownText(name), [{ message: 'is not a name of an environment variable' }])),
    )
  if (value !== undefined && typeof value !== 'string')
    diagnostics.push({ message: '.value must be a string', hint: 'put it in quotes' })
  if (valueFrom !== undefined) {
    const keys = isMap(valueFrom) ? Object.keys(valueFrom) : []
    const isSource =
      isMap(valueFrom) && keys.every((key) => sources.includes(key) && isMap(valueFrom[key] ?? null))
    if (keys.length !== 1 || !isSource)
      diagnostics.push({ message: `.valueFrom must be a map with one of ${sources.join(', ')}` })
    if (value !== undefined && value !== '')
      diagnostics.push({ message: 'must not have both value and valueFrom' })
  } else if (value === undefined) diagnostics.push({ message: 'must have value or valueFrom' })
  return diagnostics
}
