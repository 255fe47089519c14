import { isMap } from '../../api/json.ts'
import type { Parsed } from '../../api/parsed.ts'
import { quote } from '../../api/diagnostic.ts'
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
  if (!Array.isArray(value)) return { problem: "must be a list of variables, as in a container's env" }
  const problems: string[] = []
  const variables: EnvVariable[] = []
  for (const [index, one] of value.entries()) {
    const found = shapeProblems(one).map((problem) => `[${index}]${problem}`)
    problems.push(...found)
    const name = isMap(one) ? one['name'] : undefined
    if (found.length > 0 || !isMap(one) || typeof name !== 'string') continue
    if (variables.some((other) => other.name === name))
      problems.push(`[${index}].name ${quote(name)} is declared twice`)
    variables.push({ ...one, name })
  }
  return problems.length > 0 ? { problem: problems.join('; ') } : { value: variables }
}

/** Values are not quoted: they may be credentials. */
function shapeProblems(one: Value): string[] {
  if (!isMap(one)) return [' must be a map with name, and value or valueFrom']
  const { name = null, value, valueFrom } = one
  const problems = unknownKeys(one, ['name', 'value', 'valueFrom'])
  // Printable ASCII but "=": what Kubernetes takes.
  if (typeof name !== 'string' || !/^[ -<>-~]+$/.test(name))
    problems.push(`.name ${shownText(name)}is not a name of an environment variable`)
  if (value !== undefined && typeof value !== 'string')
    problems.push('.value must be a string: put it in quotes')
  if (valueFrom !== undefined) {
    const keys = isMap(valueFrom) ? Object.keys(valueFrom) : []
    const isSource =
      isMap(valueFrom) && keys.every((key) => sources.includes(key) && isMap(valueFrom[key] ?? null))
    if (keys.length !== 1 || !isSource)
      problems.push(`.valueFrom must be a map with one of ${sources.join(', ')}`)
    if (value !== undefined && value !== '') problems.push(' must not have both value and valueFrom')
  } else if (value === undefined) problems.push(' must have value or valueFrom')
  return problems
}
