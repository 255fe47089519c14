/**
 * Why the API server does not inject a pod, as a list of messages in CEL: what inject-init refuses too, and what CEL cannot read or add. They are
 * evaluated before anything is added, so a pod is injected as a whole or not at all.
 */
import { lineOf } from '../../api/diagnostic.ts'
import { dnsLabelPattern } from '../../api/dns-label.ts'
import { isMap } from '../../api/json.ts'
import { hasIdentity, identityVariables } from '../../api/settings/local-mode-env.ts'
import { secretsFormats } from '../../api/secrets-format.ts'
import { validateEnvVolume } from '../../functions/inject-init/injection/env-volume.ts'
import { validateMinKubelet } from '../../functions/inject-init/injection/judge-delivery.ts'
import type { InjectConfig } from '../../functions/inject-init/options/inject-config.ts'
import { textIn } from '../../functions/inject-init/pod/effective-config.ts'
import { osLabels, windowsLabel } from '../../functions/inject-init/pod/runs-on-windows.ts'
import type { Value } from '../../functions/yaml/value.ts'
import { celList, celString, celValue } from './cel.ts'
import { mountProblems } from './mount-problems.ts'
import { longest } from './pod-cases.ts'

/** What CEL evaluates within the budget of the API server. */
const limits = {
  /** Names in the annotation init.<domain>/containers. */
  chosen: 256,
  /** Variables of declarations, for all containers of the pod together. */
  variables: 16_384,
  /** Comparisons of these with the variables that a container has. */
  comparisons: 65_536,
}

const spec = 'variables.template.spec'

/** A message where the test holds. */
const problem = (test: string, message: string) => `(${test} ? [${celString(message)}] : [])`

/** The expressions of these variables use those of injectionVariables. Each of them has a budget of its own. */
export function problemVariables(config: InjectConfig): Record<string, string> {
  const { comparisons, ...ofVariables } = variableProblems
  const ofContainers = { ...mountProblems(config), ...ofVariables }
  const all = Object.keys(ofContainers).map((name) => `variables.${name}`)
  return {
    podProblems: podProblems(config).join(' +\n'),
    comparisons,
    ...ofContainers,
    problems: `size(variables.podProblems) > 0 ? variables.podProblems : ${all.join(' + ')}`,
  }
}

function podProblems(config: InjectConfig): string[] {
  const { annotationDomain: domain, containerName, refreshContainerName } = config
  const names = [containerName, ...(config.refresh === undefined ? [] : [refreshContainerName])]
  const format = `init.${domain}/format`
  const isDnsLabel = `one.matches(${celString(`^${dnsLabelPattern}$`)})`
  const by =
    config.containers.length > 0
      ? `init.${domain}/containers or option containers`
      : `init.${domain}/containers`
  return [
    problem(
      '"kubernetes.io/config.mirror" in variables.annotations',
      'it is a static pod, which the API server cannot change: run inject-init on its manifest',
    ),
    problem(
      `variables.declared.exists(key, key.startsWith(${celString(`lease.${domain}/`)}))`,
      'lease is not supported',
    ),
    problem(isForWindows, 'it runs on Windows, and init runs only on Linux'),
    problem(
      `${celString(format)} in variables.annotations && !(variables.format in ${celList(secretsFormats)})`,
      `${format} must be one of ${secretsFormats.join(', ')}`,
    ),
    problem(
      `variables.isChosen && (size(variables.chosen) > ${limits.chosen} || !variables.chosen.all(one, ${isDnsLabel}))`,
      `${by} must be names of containers, separated by commas, at most ${limits.chosen}`,
    ),
    `(variables.isChosen && size(variables.chosen) <= ${limits.chosen} ? variables.chosen.filter(one, !variables.all.exists(container, container.name == one))\n` +
      `  .map(one, ${celString(`${by} names "`)} + one + "\\", which is not in the pod") : [])`,
    `variables.all.filter(container, container.name in ${celList(names)})\n` +
      `  .map(container, "the container " + container.name + " exists and is not the one that inject-init adds")`,
    ...longest(config, ({ volumes }) => volumes).map((volume, index) => {
      const name = textIn(volume, 'name')
      const isOther = `one.name == ${celString(name)} && one != ${celValue(withDefaults(volume))}`
      const isWanted = index < 2 ? '' : 'size(variables.delivered) > 0 && '
      return problem(
        `${isWanted}variables.volumes.exists(one, ${isOther})`,
        `the volume ${name} exists and is not the one that inject-init adds`,
      )
    }),
    ...[...validateEnvVolume(config), ...validateMinKubelet(config)].map((wrong) =>
      problem('size(variables.delivered) > 0', lineOf(wrong)),
    ),
    ...validateLocalMode(config).map((wrong) => problem('variables.localMode', wrong)),
    problem(
      `size(variables.delivered) * size(variables.all) > ${limits.variables}`,
      'its containers have more environment variables of kees than the API server can add',
    ),
  ]
}

/** What is wrong with the options for pods in local mode. */
function validateLocalMode({ allowLocalMode, env, nameOption }: InjectConfig): string[] {
  const hasIdentities = env.filter(
    (one) =>
      new RegExp(identityVariables).test(one.name) && (one['valueFrom'] || (one['value'] ?? '') !== ''),
  )
  return [
    ...(allowLocalMode ? [] : [`local mode needs ${nameOption('allowLocalMode')}`]),
    ...hasIdentities.map(({ name }) => `variable ${name} of init ${hasIdentity}`),
  ]
}

/** As runs-on-windows.ts reads it. */
const isForWindows = ofWindows()

function ofWindows(): string {
  const [labels, build] = [celList(osLabels), celString(windowsLabel)]
  const affinity = `${spec}.affinity`
  const required = `${affinity}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution`
  const isWindows =
    `one.key == ${build} ? one.operator in ["In", "Exists"] : one.key in ${labels} && has(one.values) && size(one.values) > 0 &&\n` +
    `    (one.operator == "In" ? one.values.all(value, value == "windows")\n` +
    `    : one.operator == "NotIn" && "linux" in one.values && !("windows" in one.values))`
  return (
    `(has(${spec}.os) && has(${spec}.os.name) ? ${spec}.os.name == "windows" :\n` +
    `  has(${spec}.nodeSelector) && (${labels}.exists(label, label in ${spec}.nodeSelector && ${spec}.nodeSelector[label] == "windows") ||\n` +
    `    ${build} in ${spec}.nodeSelector) ||\n` +
    `  has(${affinity}) && has(${affinity}.nodeAffinity) && has(${required}) && has(${required}.nodeSelectorTerms) &&\n` +
    `    size(${required}.nodeSelectorTerms) > 0 && ${required}.nodeSelectorTerms.all(term,\n` +
    `    has(term.matchExpressions) && term.matchExpressions.exists(one, ${isWindows})))`
  )
}

/** As the API server has it. */
function withDefaults(value: Value): Value {
  if (Array.isArray(value)) return value.map(withDefaults)
  if (!isMap(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]): [string, Value] => {
      const child = withDefaults(one)
      if (!isMap(child)) return [key, child]
      if (key === 'fieldRef') return [key, { apiVersion: 'v1', ...child }]
      return [key, key === 'downwardAPI' ? { defaultMode: 0o644, ...child } : child]
    }),
  )
}

const wanted = 'variables.wanted[index]'
const nameOf = (one: string) => `variables.delivered[${one}][0]`
const withOwn = `variables.all.transformList(index, container, size(${wanted}) > 0 && has(container.env)`

const variableProblems = {
  unknownContainers:
    `variables.delivered.filter(one, one[3] != "" && one[3].split(",").exists(name, !variables.all.exists(container, container.name == name)))\n` +
    `  .map(one, "the declaration " + one[1] + " names a container in containers that is not in the pod")`,
  // They are in the order of their names.
  doubleVariables:
    `variables.all.transformList(index, container, size(${wanted}) > 1 && lists.range(size(${wanted}) - 1).exists(one,\n` +
    `  ${nameOf(`${wanted}[one]`)} == ${nameOf(`${wanted}[one + 1]`)}),\n` +
    `  "two declarations are the same variable of container " + container.name)`,
  comparisons: `${withOwn}, size(${wanted}) * size(container.env)).sum()`,
  takenVariables:
    `variables.comparisons > ${limits.comparisons}\n` +
    `  ? ["its containers have more environment variables than the API server can compare with those of kees"]\n` +
    `  : ${withOwn} && ${wanted}.exists(one, container.env.exists(own, own.name == ${nameOf('one')})),\n` +
    `  "the container " + container.name + " has a variable already that a declaration sets, too")`,
}
