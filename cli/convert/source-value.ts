/** What `kees convert` reads of another tool: values, and what it cannot carry over. */
import type { Diagnostic } from '../../api/diagnostic.ts'
import { exitCode } from '../../api/exit-code.ts'
import type { JsonMap } from '../../api/json.ts'
import { errorsOf, type ObjectReference, type Result } from '../../functions/krm/result.ts'

/** One value that another tool fetches, in the words of kees. */
export type SourceValue = {
  /** The name of the declaration. */
  readonly name: string
  /** The object that it is declared in, and where in it. */
  readonly source: ObjectReference
  readonly where: string
  /** Attributes of a REFERENCE secret, without its kind and type. */
  readonly attributes: ReadonlyMap<string, string>
  /** The whole name of the parameter; undefined for a secret of Secrets Manager. */
  readonly parameter?: string
  /** The keys of Kubernetes Secrets in which apps find it. */
  readonly keys: readonly SecretKey[]
}

export type SecretKey = { readonly secret: string; readonly key: string }

export type ReadSource = {
  /** The object, for comments. */
  readonly title: string
  readonly object: ObjectReference
  /** Those of the pods that can use the values. */
  readonly namespaces: Namespaces
  /** The SecretProviderClass, which pods mount by its name. */
  readonly driverClass?: string
  readonly values: readonly SourceValue[]
  /** Errors: what is left. */
  readonly results: readonly Result[]
}

/** Undefined: any namespace. */
export type Namespaces = readonly string[] | undefined

/** Of an object without a namespace, the one of option namespace: empty where it is not known. */
export type NamespaceOf = (object: ObjectReference) => string

export function isIn(namespaces: Namespaces, namespace: string): boolean {
  return namespaces === undefined || namespaces.includes(namespace)
}

/** Reports what cannot be carried over. */
export type Leave = (message: string, hint: string) => void

export function leaveIn(results: Result[], object: ObjectReference): Leave {
  return (message, hint) => void results.push(...errorsOf([{ message, hint }], exitCode.input, object))
}

/** Of fields that this command does not know, none is left out in silence. @param path of the map, with a dot at its end. */
export function unknownFields(map: JsonMap, known: readonly string[], path = ''): Diagnostic[] {
  const names = Object.keys(map).filter((name) => !known.includes(name) && map[name] !== undefined)
  return names.map((name) => {
    const hint = 'remove the field if the value is the same without it'
    return { message: `${path}${name} cannot be carried over`, hint }
  })
}

/** A name of a member, or a dotted path, as jsonKey; undefined where it is more than that. */
export function jsonKeyOf(path: string): string | undefined {
  const steps = path.split('.').map((step) => step.replace(/^"([^"\\]+)"$/, '$1'))
  if (!steps.every((step) => /^[\w-]+$/.test(step))) return undefined
  return steps.length === 1 ? steps[0] : `/${steps.join('/')}`
}

/** A number too: YAML reads a version without quotes as one. Undefined for an empty text and for anything else. */
export function textIn(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}
