/** The rules of init's containers as CEL expressions: lists of what is wrong, in the words of `kees verify`. */
import {
  annotationsFilePattern,
  type EnvRule,
  envRules,
  type FieldRule,
  type FieldValue,
  fieldRules,
  type InitContainerKind,
  type InitShape,
  mountRules,
  ownMounts,
  wrongOf,
} from '../../functions/inject-init/verify/init-rules.ts'
import { celList, celString } from './cel.ts'

/** Expressions for a container of a pod and its lists; all of them are empty if the pod has no such container. */
export type ContainerLists = {
  /** A list of one. */
  readonly container: string
  readonly env: string
  readonly mounts: string
}

/** @param name of the container, for messages. */
export function wrongInContainer(
  { container, env, mounts }: ContainerLists,
  name: string,
  kind: InitContainerKind,
  shape: InitShape,
  allowEnv: readonly string[],
): string {
  const where = `initContainers[${name}]`
  return [
    ...fieldRules[kind].map((rule) => wrongField(container, where, rule)),
    ...envRules(shape, allowEnv).flatMap((rule) => wrongVariables(container, env, where, rule)),
    ...wrongMounts(mounts, where, shape),
  ].join(' +\n')
}

function wrongField(container: string, where: string, rule: FieldRule): string {
  const names = ['container', ...rule.path]
  const value = names.join('.')
  const tests = rule.path.map((_, index) => `has(${names.slice(0, index + 2).join('.')})`)
  if (rule.isList) tests.push(`size(${value}) > 0`)
  if (rule.allowed) tests.push(`!(${value} in [${rule.allowed.map(celValue).join(', ')}])`)
  if (rule.joined !== undefined) tests.push(`!${value}.join(" ").matches(${celString(rule.joined)})`)
  const message = celString(`${where}.${rule.path.join('.')}: ${wrongOf(rule)}`)
  return `(${container}.exists(container, ${tests.join(' && ')}) ? [${message}] : [])`
}

function celValue(value: FieldValue): string {
  if (typeof value === 'object') return celList(value)
  return typeof value === 'string' ? celString(value) : String(value)
}

/** A variable without a value has the empty one; the value of one from elsewhere is not known. */
function wrongVariables(
  container: string,
  env: string,
  where: string,
  { names, except = [], allowed, wrong, required }: EnvRule,
): string[] {
  const value = '(has(one.value) ? one.value : "")'
  const tests = [
    `one.name.matches(${celString(names)})`,
    ...(except.length === 0 ? [] : [`!(one.name in ${celList(except)})`]),
    `(has(one.valueFrom) || !${value}.matches(${celString(allowed)}))`,
  ]
  const wrongOnes = named(env, tests, 'one.name', `${where}.env`, wrong)
  if (required === undefined) return [wrongOnes]
  const isMissing = `size(${container}) > 0 && !${env}.exists(one, one.name == ${celString(required)})`
  return [`(${isMissing} ? [${celString(`${where}.env[${required}]: missing`)}] : [])`, wrongOnes]
}

function wrongMounts(mounts: string, where: string, shape: InitShape): string[] {
  const { allowed, notAllowed, forbidden } = mountRules(shape)
  const isOther = ownMounts(shape).map(
    ([name, path]) => `!(one.name == ${celString(name)} && one.mountPath == ${celString(path)})`,
  )
  const isAllowed = `one.mountPath.matches(${celString(allowed)})`
  const list = (tests: readonly string[], wrong: string) =>
    named(mounts, [...isOther, ...tests], 'one.mountPath', `${where}.volumeMounts`, wrong)
  return [
    list([`!${isAllowed}`], notAllowed),
    ...forbidden.map(({ pattern, wrong }) =>
      list([isAllowed, `one.mountPath.matches(${celString(pattern)})`], wrong),
    ),
  ]
}

function named(list: string, tests: readonly string[], key: string, where: string, wrong: string): string {
  return `${list}.filter(one, ${tests.join(' && ')}).map(one, ${celString(`${where}[`)} + ${key} + ${celString(`]: ${wrong}`)})`
}

/** Whether a volume shows the annotations of the pod as the file that init reads, and nothing else under its name. */
export function showsAnnotations(volume: string): string {
  const isField = 'has(item.fieldRef) && item.fieldRef.fieldPath == "metadata.annotations"'
  const isShown = (source: string) =>
    `${source}.downwardAPI.items.exists(item, item.path == "annotations" && ${isField})`
  const isSafe = (source: string) =>
    `has(${source}.downwardAPI) && has(${source}.downwardAPI.items) && ` +
    `${source}.downwardAPI.items.all(item, ${isField} || !item.path.matches(${celString(annotationsFilePattern)}))`
  const sources = `${volume}.projected.sources`
  return (
    `(${isSafe(volume)} && ${isShown(volume)} || has(${volume}.projected) && has(${sources}) && ` +
    `${sources}.all(source, ${isSafe('source')}) && ${sources}.exists(source, ${isShown('source')}))`
  )
}
