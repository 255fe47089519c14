import { about, type Diagnostic, quote } from '../../../api/diagnostic.ts'
import type { Parsed } from '../../../api/parsed.ts'
import { parsedOption } from '../../krm/options/options.ts'
import type { Value } from '../../yaml/value.ts'

export type EnvVariable = { readonly name: string; readonly [key: string]: Value }

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables */
const sources = {
  fieldRef: { type: 'object' },
  resourceFieldRef: { type: 'object' },
  configMapKeyRef: { type: 'object' },
  secretKeyRef: { type: 'object' },
  fileKeyRef: { type: 'object' },
} as const

export const envOption = parsedOption(
  {
    meaning:
      "more environment variables of the init container, such as AWS_REGION: a list as in a container's env",
    default: [],
    defaultText: 'none',
    schema: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: {
            type: 'string',
            // Printable ASCII but "=": what Kubernetes takes.
            pattern: '^[ -<>-~]+$',
            patternErrorMessage: 'is not the name of an environment variable',
          },
          value: { type: 'string' },
          valueFrom: { type: 'object', properties: sources, additionalProperties: false },
        },
        required: ['name'],
        additionalProperties: false,
      },
    },
  },
  readVariables,
)

/** Values are not quoted: they may be credentials. */
function readVariables(variables: readonly EnvVariable[]): Parsed<readonly EnvVariable[]> {
  const names = variables.map(({ name }) => name)
  const diagnostics = variables.flatMap(({ name, value, valueFrom }, index) => {
    const found: Diagnostic[] = []
    const report = (message: string) => found.push({ message })
    if (value === undefined && valueFrom === undefined) report('must have value or valueFrom')
    if (value !== undefined && value !== '' && valueFrom !== undefined)
      report('must not have both value and valueFrom')
    if (valueFrom !== undefined && Object.keys(valueFrom ?? {}).length !== 1)
      report(`.valueFrom must have exactly one of ${Object.keys(sources).join(', ')}`)
    if (names.indexOf(name) < index) report(`.name ${quote(name)} is declared twice`)
    return about(`[${index}]`, found)
  })
  return diagnostics.length > 0 ? { diagnostics } : { value: variables }
}
