/** Checks the containers of an injection by the rules that the admission policy has too. */
import { isDeepStrictEqual } from 'node:util'
import type { Diagnostic } from '../../../api/diagnostic.ts'
import { isMap } from '../../../api/json.ts'
import type { InjectionRecord } from '../../workload/injection-record.ts'
import type { PodTemplate } from '../../workload/pod-template.ts'
import type { ManifestItem } from '../../krm/manifest-item.ts'
import { itemsOf } from '../../workload/container-parts.ts'
import type { SourceDocument, SourceNode } from '../../yaml/node.ts'
import { rememberedValue } from '../pod/remembered-value.ts'
import { lookUp, resolve, toValue, type Value, type ValueMap } from '../../yaml/value.ts'
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
  { document }: ManifestItem,
  template: PodTemplate,
  record: InjectionRecord,
  config: InjectConfig,
  allowEnv: readonly string[],
): FieldDifference[] {
  const spec = lookUp(template.node, 'spec')
  const part = (key: string, name: string | undefined) => partIn(document, spec, key, name)
  const wrong = latestOr({
    init: part('initContainers', record.container),
    refresher: part('initContainers', record.refresher),
    volume: part('volumes', record.volumes[1] ?? ''),
    record,
    config,
    allowEnv,
  })
  const base = [...stepsOf(template), 'spec']
  return wrong.map(({ path, ...one }) => ({ ...pathsOf([...base, ...path]), ...one, matters: true }))
}

/** A container or a volume with its position among those of its list. */
type Placed = { readonly value: ValueMap | undefined; readonly index: number }

/** What a check depends on. */
type Checked = {
  readonly init: Placed
  readonly refresher: Placed
  readonly volume: Placed
  readonly record: InjectionRecord
  readonly config: InjectConfig
  readonly allowEnv: readonly string[]
}

function partIn(
  document: SourceDocument,
  spec: SourceNode | undefined,
  key: string,
  name: string | undefined,
): Placed {
  const maps = itemsOf(spec, key).filter((one) => resolve(one).type === 'map')
  const index = maps.findIndex((one) => {
    const found = lookUp(one, 'name')
    return (found && toValue(found)) === name
  })
  const node = maps[index]
  const value = node && rememberedValue(document, node)
  return { value: value !== undefined && isMap(value) ? value : undefined, index }
}

/** Most pods of an input have been injected alike: the values of their parts are the same objects then, and so is the record. */
function latestOr(checked: Checked): readonly Wrong[] {
  const isSame = (one: Placed, other: Placed) => one.value === other.value && one.index === other.index
  if (
    latestCheck &&
    isSame(checked.init, latestCheck.init) &&
    isSame(checked.refresher, latestCheck.refresher) &&
    isSame(checked.volume, latestCheck.volume) &&
    checked.record === latestCheck.record &&
    checked.config === latestCheck.config &&
    checked.allowEnv === latestCheck.allowEnv
  )
    return latestCheck.wrong
  latestCheck = { ...checked, wrong: check(checked) }
  return latestCheck.wrong
}

let latestCheck: (Checked & { readonly wrong: readonly Wrong[] }) | undefined

function check({ init, refresher, volume, record, config, allowEnv }: Checked): Wrong[] {
  const shape = shapeOf(init.value ?? {}, record, config)
  return [
    ...validateContainer(init, 'init', shape, allowEnv),
    ...validateContainer(refresher, 'refresher', shape, allowEnv),
    ...validateAnnotationsVolume(volume, shape.annotationsVolumeName),
  ]
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
  { value: container, index }: Placed,
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

function validateAnnotationsVolume({ value: volume, index }: Placed, name: string): Wrong[] {
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
