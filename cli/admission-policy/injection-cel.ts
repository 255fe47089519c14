/**
 * What inject-init adds to a pod, as CEL. The parts are those of `injectionOf` in every case of a pod: an option, or a setting of init, that is new
 * in inject-init is new here too.
 */
import { envFileOf } from '../../functions/inject-init/injection/env-volume.ts'
import type { Injection } from '../../functions/inject-init/injection/init-container.ts'
import type { InjectConfig } from '../../functions/inject-init/options/inject-config.ts'
import { listIn, textIn } from '../../functions/inject-init/pod/effective-config.ts'
import type { ValueMap } from '../../functions/yaml/value.ts'
import { celList, celMap, celString, celValue } from './cel.ts'
import { inEachCase, longest } from './pod-cases.ts'

const spec = 'variables.template.spec'

const isGuaranteed =
  `!has(${spec}.resources) && variables.all.all(container, has(container.resources) &&\n` +
  `  has(container.resources.limits) && has(container.resources.requests) && ["cpu", "memory"].all(one,\n` +
  `    one in container.resources.limits && one in container.resources.requests &&\n` +
  `    quantity(container.resources.limits[one]).compareTo(quantity(container.resources.requests[one])) == 0))`

/** The expressions of these variables use `variables.template`, and those of declarationVariables. */
export function injectionVariables(config: InjectConfig): Record<string, string> {
  const setting = (name: string) => celString(`init.${config.annotationDomain}/${name}`)
  const isSet = (name: string) => `${setting(name)} in variables.annotations`
  const value = (name: string) => `variables.annotations[${setting(name)}]`
  const hasChoice = config.containers.length > 0
  // A slash at the end does not make it another path.
  const path = celString(`^${config.secretMountPath.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/*$`)
  const isAtPath = `one.mountPath.matches(${path})`
  return {
    inits: `has(${spec}.initContainers) ? ${spec}.initContainers : []`,
    all: `variables.inits + (has(${spec}.containers) ? ${spec}.containers : [])`,
    volumes: `has(${spec}.volumes) ? ${spec}.volumes : []`,
    format: `${isSet('format')} ? ${value('format')} : ""`,
    isChosen: hasChoice ? 'true' : isSet('containers'),
    chosen: `${isSet('containers')} ? ${value('containers')}.split(",").map(one, one.trim()) : ${celList(config.containers)}`,
    // Whether a container gets the mount ("added"), has it ("there"), has another one at that path ("hidden"), or none.
    mounts:
      `variables.all.map(container, variables.isChosen && !(container.name in variables.chosen) ? "" :\n` +
      `  !has(container.volumeMounts) || !container.volumeMounts.exists(one, ${isAtPath}) ? "added" :\n` +
      `  container.volumeMounts.filter(one, ${isAtPath})[0] == ${mountOf(config)} ? "there" : "hidden")`,
    // Of each variable, its entry in the list of a container.
    entries: `variables.delivered.map(one, ${variableOf(config)})`,
    // The positions of the variables of each container.
    wanted:
      `variables.all.transformList(index, container, lists.range(size(variables.delivered)).filter(one,\n` +
      `  variables.delivered[one][3] == "" ? variables.mounts[index] in ["added", "there"]\n` +
      `  : container.name in variables.delivered[one][3].split(",")))`,
    ...(config.keepQosClass ? { isGuaranteed } : { isGuaranteed: 'false' }),
  }
}

/** What is added, in this order: maps of a path and a value. */
export function additions(config: InjectConfig): string {
  return [addedMounts(config), addedVariables(), addedVolumes(config), addedContainers(config)].join(' +\n')
}

const containerPath =
  `(index < size(variables.inits) ? "/spec/initContainers/" + string(index)\n` +
  `    : "/spec/containers/" + string(index - size(variables.inits)))`

function addition(path: string, value: string): string {
  return celMap([
    ['path', path],
    ['value', value],
  ])
}

function addedMounts(config: InjectConfig): string {
  const mount = mountOf(config)
  return (
    `variables.all.transformList(index, container, variables.mounts[index] == "added",\n` +
    `  has(container.volumeMounts) && size(container.volumeMounts) > 0\n` +
    `  ? ${addition(`${containerPath} + "/volumeMounts/-"`, mount)}\n` +
    `  : ${addition(`${containerPath} + "/volumeMounts"`, `[${mount}]`)})`
  )
}

function variableOf(config: InjectConfig): string {
  const reference = (optional: boolean) =>
    celMap([
      ['volumeName', celString(config.envVolumeName)],
      ['path', celString(envFileOf(config).path)],
      ['key', 'one[1]'],
      ...(optional ? [['optional', 'true'] as const] : []),
    ])
  return celMap([
    ['name', 'one[0]'],
    ['valueFrom', celMap([['fileKeyRef', `one[2] == "1" ? ${reference(true)} : ${reference(false)}`]])],
  ])
}

/** The list is written anew, since they come first. */
function addedVariables(): string {
  const own = 'has(container.env) ? dyn(container.env) : dyn([])'
  const list = `dyn(variables.wanted[index].map(one, variables.entries[one])) + (${own})`
  return (
    `variables.all.transformList(index, container, size(variables.wanted[index]) > 0,\n` +
    `  ${addition(`${containerPath} + "/env"`, list)})`
  )
}

/** One of the same name is equal: another one is a problem. */
function addedVolumes(config: InjectConfig): string {
  const missing = longest(config, ({ volumes }) => volumes)
    .map((volume) => {
      const name = celString(textIn(volume, 'name'))
      const wanted = inEachCase(config, ({ volumes }) =>
        celValue(volumes.filter((one) => textIn(one, 'name') === textIn(volume, 'name'))),
      )
      return `(variables.volumes.exists(one, one.name == ${name}) ? [] : ${wanted})`
    })
    .join(' + ')
  return (
    `(size(variables.volumes) > 0\n  ? (${missing}).map(one, ${addition('"/spec/volumes/-"', 'one')})\n` +
    `  : [${addition('"/spec/volumes"', missing)}])`
  )
}

function addedContainers(config: InjectConfig): string {
  const added = [
    containerOf(config, ({ container }) => container),
    ...(config.refresh === undefined ? [] : [containerOf(config, ({ refresher = {} }) => refresher)]),
  ]
  const first = added.map((one, index) => addition(`"/spec/initContainers/${index}"`, one))
  return (
    `(size(variables.inits) > 0\n  ? [${first.join(',\n    ')}]\n` +
    `  : [${addition('"/spec/initContainers"', `[${added.join(', ')}]`)}])`
  )
}

/** Each field by the cases that make a difference to it; of the variables, each one. */
function containerOf(config: InjectConfig, of: (injection: Injection) => ValueMap): string {
  const variables = longest(config, (injection) => listIn(of(injection), 'env'))
  const env = variables
    .map(({ name = '' }) =>
      inEachCase(config, (injection) =>
        celValue(listIn(of(injection), 'env').filter((one) => one['name'] === name)),
      ),
    )
    .join(' + ')
  const keys = longest(config, (injection) => Object.keys(of(injection)))
  return celMap(
    keys.map((key) => [
      key,
      key === 'env' ? env : inEachCase(config, (injection) => celValue(of(injection)[key] ?? null)),
    ]),
  )
}

function mountOf(config: InjectConfig): string {
  return inEachCase(config, ({ mount }) => celValue(mount))
}
