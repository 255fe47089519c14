/** Checks the containers of an injection by the rules that the admission policy has too. */
import { isDeepStrictEqual } from 'node:util'
import type { Diagnostic } from '../../../api/diagnostic.ts'
import { isMap } from '../../../api/json.ts'
import type { InjectionRecord } from '../../workload/injection-record.ts'
import type { PodTemplate } from '../../workload/pod-template.ts'
import { lookUp, toValue, type Value, type ValueMap } from '../../yaml/value.ts'
import { type FieldDifference, pathsOf, stepsOf } from './diff-injection.ts'
import type { Step } from './diff-values.ts'
import { listIn, mountPathIn, textIn } from '../pod/effective-config.ts'
import { envFileOf } from '../injection/env-volume.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import {
  annotationsFilePattern,
  type EnvRule,
  envRules,
  fieldRules,
  type InitContainerKind,
  type InitShape,
  mountRules,
  ownMounts,
  wrongAnnotations,
  wrongOf,
} from './init-rules.ts'
import { plainValue } from '../options/validate-env.ts'

type Wrong = Diagnostic & { readonly path: readonly Step[] }

/** @param allowEnv the names of variables that are allowed although they are guarded. */
export function validateInit(
  template: PodTemplate,
  record: InjectionRecord,
  config: InjectConfig,
  allowEnv: readonly string[],
): FieldDifference[] {
  const node = lookUp(template.node, 'spec')
  const lists = ['initContainers', 'volumes'].flatMap((key) => {
    const list = lookUp(node, key)
    return list ? [[key, toValue(list)] as const] : []
  })
  const spec = Object.fromEntries(lists)
  const containers = listIn(spec, 'initContainers')
  const named = (name: string | undefined) => containers.findIndex((one) => one['name'] === name)
  const init = containers[named(record.container)]
  const shape = shapeOf(init ?? {}, record, config)
  const wrong = [
    ...validateContainer(init, named(record.container), 'init', shape, allowEnv),
    ...validateContainer(
      containers[named(record.refresher)],
      named(record.refresher),
      'refresher',
      shape,
      allowEnv,
    ),
    ...validateAnnotationsVolume(spec, shape.annotationsVolumeName),
  ]
  const base = [...stepsOf(template), 'spec']
  return wrong.map(({ path, ...one }) => ({ ...pathsOf([...base, ...path]), ...one, matters: true }))
}

/** Those of the rules, of which a configuration has few. */
const patterns = new Map<string, RegExp>()

function patternOf(source: string): RegExp {
  const known = patterns.get(source) ?? new RegExp(source)
  // Paths of the input are in some.
  if (patterns.size >= 1000) patterns.clear()
  patterns.set(source, known)
  return known
}

/** What the configuration does not set explicitly is as it was injected. */
function shapeOf(init: Value, record: InjectionRecord, config: InjectConfig): InitShape {
  const [secretVolumeName = '', annotationsVolumeName = '', volumeName] = record.volumes
  const pathOf = (option: 'secretMountPath' | 'annotationsMountPath', volume: string) =>
    config.explicit.has(option) ? config[option] : (mountPathIn({ value: init }, volume) ?? config[option])
  return {
    annotationDomain: config.annotationDomain,
    secretVolumeName,
    annotationsVolumeName,
    secretMountPath: pathOf('secretMountPath', secretVolumeName),
    annotationsMountPath: pathOf('annotationsMountPath', annotationsVolumeName),
    ...(volumeName === undefined
      ? {}
      : {
          variables: {
            volumeName,
            mountPath: mountPathIn({ value: init }, volumeName) ?? envFileOf(config).mountPath,
          },
        }),
  }
}

function validateContainer(
  container: ValueMap | undefined,
  index: number,
  kind: InitContainerKind,
  shape: InitShape,
  allowEnv: readonly string[],
): Wrong[] {
  if (!container) return []
  const below: readonly Step[] = ['initContainers', { item: textIn(container, 'name'), index }]
  const wrong = [
    ...validateFields(container, kind),
    ...validateVariables(container, shape, allowEnv),
    ...validateMounts(container, shape),
  ]
  return wrong.map(({ path, ...one }) => ({ path: [...below, ...path], ...one }))
}

function validateFields(container: ValueMap, kind: InitContainerKind): Wrong[] {
  return fieldRules[kind].flatMap((rule) => {
    const { path, isList, allowed = [], joined } = rule
    const found = path.reduce<Value | undefined>(
      (value, key) => (value !== undefined && isMap(value) ? value[key] : undefined),
      container,
    )
    if (found === undefined || found === null) return []
    if (isList && Array.isArray(found) && found.length === 0) return []
    if (allowed.some((one) => isDeepStrictEqual(one, found))) return []
    if (joined !== undefined && Array.isArray(found) && patternOf(joined).test(found.join(' '))) return []
    return [{ path, message: wrongOf(rule) }]
  })
}

function validateVariables(container: ValueMap, shape: InitShape, allowEnv: readonly string[]): Wrong[] {
  const env = listIn(container, 'env')
  return rulesOf(shape, allowEnv).flatMap(({ names, except, allowed, wrong, required }) => {
    if (required !== undefined && env.every(({ name }) => name !== required))
      return [{ path: ['env', { item: required }], message: 'missing' }]
    return env.flatMap((variable, index): Wrong[] => {
      const name = textIn(variable, 'name')
      if (!patternOf(names).test(name) || except?.includes(name)) return []
      const value = plainValue({ ...variable, name })
      if (value !== undefined && patternOf(allowed).test(value)) return []
      const hint = except ? { hint: `if it is meant, allow it by --allow-env ${name}` } : {}
      return [{ path: ['env', { item: name, index }], message: wrong, ...hint }]
    })
  })
}

/** Most pods of an input have the same rules as the one before. */
function rulesOf(shape: InitShape, allowEnv: readonly string[]): readonly EnvRule[] {
  const key = JSON.stringify([shape, allowEnv])
  if (key !== latest?.key) latest = { key, rules: envRules(shape, allowEnv) }
  return latest.rules
}

let latest: { readonly key: string; readonly rules: readonly EnvRule[] } | undefined

function validateMounts(container: ValueMap, shape: InitShape): Wrong[] {
  const { allowed, notAllowed, forbidden } = mountRules(shape)
  const own = new Map(ownMounts(shape))
  return listIn(container, 'volumeMounts').flatMap((mount, index): Wrong[] => {
    const path = textIn(mount, 'mountPath')
    if (own.get(textIn(mount, 'name')) === path) return []
    const wrong = patternOf(allowed).test(path)
      ? forbidden.filter(({ pattern }) => patternOf(pattern).test(path)).map((one) => one.wrong)
      : [notAllowed]
    return wrong.map((message) => ({ path: ['volumeMounts', { item: path, index }], message }))
  })
}

function validateAnnotationsVolume(spec: Value, name: string): Wrong[] {
  const volumes = listIn(spec, 'volumes')
  const index = volumes.findIndex((one) => one['name'] === name)
  const volume = volumes[index]
  if (!volume) return []
  const projected = volume['projected'] ?? null
  const sources = [volume, ...listIn(projected, 'sources')]
  const isShown = sources.every(
    (source) =>
      source === volume || Object.keys(source).every((key) => key === 'downwardAPI' || source[key] === null),
  )
  const items = sources.flatMap((source) => listIn(source['downwardAPI'] ?? null, 'items'))
  const shows = ({ fieldRef = null }: ValueMap) => textIn(fieldRef, 'fieldPath') === 'metadata.annotations'
  const isReplaced = items.some(
    (item) => !shows(item) && patternOf(annotationsFilePattern).test(textIn(item, 'path')),
  )
  if (isShown && !isReplaced) return []
  return [{ path: ['volumes', { item: name, index }], message: wrongAnnotations }]
}
