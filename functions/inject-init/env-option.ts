/** More environment of the init container: judged as init will judge it, as far as its values stand in the manifest. */
import { isMap } from '../../api/json.ts'
import type { Parsed } from '../../api/parsed.ts'
import { initVariables } from '../../api/init-env.ts'
import { quote } from '../../api/diagnostic.ts'
import { pathsOverlap } from '../../api/paths-overlap.ts'
import { initEnvProblems } from '../../api/read-init-env.ts'
import { type OptionNaming, shownText, yamlOption } from '../krm/options.ts'
import type { Value } from '../yaml/value.ts'
import { unknownKeys } from '../krm/unknown-keys.ts'

export type EnvVariable = { readonly name: string; readonly [key: string]: Value }

export const envOption = yamlOption<readonly EnvVariable[]>(
  "more environment of the init container, such as AWS_REGION: a list as in a container's env",
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

/** What inject-init sets itself, and where else to say it. */
const ownVariables = new Map<string, (nameOption: OptionNaming) => string>([
  ['POD_NAME', () => 'it is the name of the pod'],
  ['POD_NAMESPACE', () => 'it is the namespace of the pod'],
  [initVariables.annotationsFile.env, (name) => `use ${name('annotationsMountPath')}`],
  [initVariables.annotationDomain.env, (name) => `use ${name('annotationDomain')}`],
  [initVariables.format.env, (name) => `use ${name('format')} or the annotation init.<domain>/format`],
])

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables */
const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef']

function parseEnv(value: Value): Parsed<readonly EnvVariable[]> {
  if (!Array.isArray(value)) return { problem: "is not a list of variables, as in a container's env" }
  const problems: string[] = []
  const variables: EnvVariable[] = []
  for (const [index, one] of value.entries()) {
    const found = shapeProblems(one).map((problem) => `[${index}]${problem}`)
    problems.push(...found)
    const name = isMap(one) ? one['name'] : undefined
    if (found.length > 0 || !isMap(one) || typeof name !== 'string') continue
    if (variables.some((other) => other.name === name))
      problems.push(`[${index}].name ${quote(name)} stands twice`)
    variables.push({ ...one, name })
  }
  return problems.length > 0 ? { problem: problems.join('; ') } : { value: variables }
}

/** Values are not quoted: they may be credentials. */
function shapeProblems(one: Value): string[] {
  if (!isMap(one)) return [' is not a map with name, and value or valueFrom']
  const { name = null, value, valueFrom } = one
  const problems = unknownKeys(one, ['name', 'value', 'valueFrom'])
  // Printable ASCII but "=": what Kubernetes takes.
  if (typeof name !== 'string' || !/^[ -<>-~]+$/.test(name))
    problems.push(`.name ${shownText(name)}is not a name of a variable`)
  if (value !== undefined && typeof value !== 'string')
    problems.push('.value is not a text: put it in quotes')
  if (valueFrom !== undefined) {
    const keys = isMap(valueFrom) ? Object.keys(valueFrom) : []
    const isSource =
      isMap(valueFrom) && keys.every((key) => sources.includes(key) && isMap(valueFrom[key] ?? null))
    if (keys.length !== 1 || !isSource)
      problems.push(`.valueFrom is not a map with one of ${sources.join(', ')}`)
    if (value !== undefined && value !== '') problems.push(' has both value and valueFrom')
  } else if (value === undefined) problems.push(' has neither value nor valueFrom')
  return problems
}

/** What envProblems has to know of the configuration. */
type EnvConfig = {
  readonly env: readonly EnvVariable[]
  readonly secretMountPath: string
  readonly nameOption: OptionNaming
}

/**
 * What init would refuse at run time, and what inject-init sets. A value from elsewhere (`valueFrom`, `$(NAME)`) is not
 * known here, and not judged. @param own the variables that inject-init sets, where option env does not.
 */
export function envProblems(
  { env, secretMountPath: mountPath, nameOption }: EnvConfig,
  own: () => Iterable<readonly [name: string, value: string]>,
): string[] {
  if (env.length === 0) return []
  const option = nameOption('env')
  const taken = env.flatMap(({ name }) => {
    const instead = ownVariables.get(name)
    return instead ? [`${option}: ${name} is set by inject-init: ${instead(nameOption)}`] : []
  })
  const given: Record<string, string> = {}
  const isOpen = (name: string) => env.some((one) => one.name === name && plainValue(one) === undefined)
  for (const one of env) {
    const value = ownVariables.has(one.name) ? undefined : plainValue(one)
    if (value !== undefined) given[one.name] = value
  }
  const openHttp = isOpen('ALLOW_HTTP') ? { ALLOW_HTTP: 'true' } : {}
  const problems = initEnvProblems({ ...Object.fromEntries(own()), ...given, ...openHttp })
    .filter((one) => given[one.env] !== undefined)
    .map((one) => `${option}: ${one.env} ${one.problem}`)
  const misplaced = [initVariables.secretsFile, initVariables.resourcesFile].flatMap((variable) => {
    const path = given[variable.env]
    if (!path?.startsWith('/') || pathsOverlap(path, mountPath) === 'first inside') return []
    const allowed = `it must be below ${nameOption('secretMountPath')}, ${mountPath}`
    return [`${option}: ${variable.env} ${quote(path)} is where init cannot write: ${allowed}`]
  })
  return [...taken, ...problems, ...misplaced]
}

/** Kubernetes expands `$(NAME)` and leaves `$$(NAME)` alone. */
function plainValue({ value, valueFrom }: EnvVariable): string | undefined {
  return typeof value === 'string' && valueFrom === undefined && !value.includes('$(') ? value : undefined
}
