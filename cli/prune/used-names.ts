/**
 * The parameters that objects of any kind declare. Every map with annotations of kees is read, wherever it is in the object: pod templates of all
 * kinds, revisions of StatefulSets, resources of operators. What cannot be read counts as used, because this is the question before a deletion.
 */
import { isMap } from '../../api/json.ts'
import { type Annotation, parsePodAnnotations } from '../../api/pod/pod-annotations.ts'

type UsedNames = {
  /** With the leading slash. */
  readonly names: ReadonlySet<string>
  /** Of declarations that are invalid: every parameter whose name ends in one of them, after a slash, may be theirs. */
  readonly endings: ReadonlySet<string>
}

const declaration = /^(?:secret|resource)\.([^/]+)\/(.+)$/
const deepest = 100

/** @param values JSON or YAML documents. */
export function usedNames(values: Iterable<unknown>): UsedNames {
  const names = new Set<string>()
  const endings = new Set<string>()
  const visit = (value: unknown, depth: number): void => {
    if (depth > deepest) return
    if (Array.isArray(value)) for (const item of value) visit(item, depth + 1)
    else if (isMap(value)) {
      readAnnotations(value, names, endings)
      for (const item of Object.values(value)) visit(item, depth + 1)
    }
  }
  for (const value of values) visit(value, 0)
  return { names, endings }
}

function readAnnotations(
  map: Readonly<Record<string, unknown>>,
  names: Set<string>,
  endings: Set<string>,
): void {
  const texts = Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const domains = new Set(texts.flatMap(([key]) => declaration.exec(key)?.[1] ?? []))
  for (const domain of domains) readOfDomain(texts, domain, names, endings)
}

function readOfDomain(
  annotations: readonly Annotation[],
  domain: string,
  names: Set<string>,
  endings: Set<string>,
): void {
  const pod = parsePodAnnotations(annotations, domain)
  const read = new Set<string>()
  for (const { annotation, parameter } of pod.declared) {
    read.add(annotation)
    names.add(parameter)
  }
  const isSure = pod.diagnostics.every(({ annotation }) => read.has(annotation))
  for (const [key, text] of annotations) {
    const [, of, name] = declaration.exec(key) ?? []
    if (of !== domain || name === undefined || (isSure && read.has(key))) continue
    // The storageKey of any grammar, and the name for where there is none.
    endings.add(name)
    for (const [, storageKey = ''] of text.matchAll(/storageKey\s*=\s*"?([A-Za-z0-9_.\-/]+)/gi))
      endings.add(storageKey)
  }
}

export function isUsed(name: string, { names, endings }: UsedNames): boolean {
  if (names.has(name)) return true
  if (endings.size === 0) return false
  const steps = name.slice(1).split('/')
  return steps.some((_, index) => endings.has(steps.slice(index).join('/')))
}
