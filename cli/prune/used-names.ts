/**
 * The parameters that objects of any kind declare. Every map with annotations of kees is read, wherever it is in the object: pod templates of all
 * kinds, revisions of StatefulSets, resources of operators, and YAML or JSON in a text, such as the values of a chart. What cannot be read counts as
 * used, because this is the question before a deletion.
 */
import { isMap } from '../../api/json.ts'
import { type Annotation, parsePodAnnotations } from '../../api/pod/pod-annotations.ts'
import { parseSource } from '../../functions/yaml/parse.ts'
import { toValue } from '../../functions/yaml/value.ts'

const declaration = /^(?:secret|resource)\.([^/]+)\/(.+)$/
const ofKees = /^(?:secret|resource|init)\.[^/]+\//
/** No annotation of kees may have this text. */
const unreadable = '{'
/** A declaration in a text that is neither YAML nor JSON, such as a template of Go. */
const declarationInText = /(?:secret|resource)\.[^/\s"']+\/([A-Za-z0-9][A-Za-z0-9_.-]*)/g
/** Kubernetes itself does not read deeper JSON. */
const deepest = 10_000

/** Names that objects use, one object after the other, so that no object needs to be kept. */
export class UsedNames {
  /** With the leading slash. */
  readonly #names = new Set<string>()
  /** Of what cannot be read: every parameter whose name ends in one of them, after a slash, may be theirs. */
  readonly #endings = new Set<string>()

  /** How many names count as used because a declaration cannot be read. */
  get unsure(): number {
    return this.#endings.size
  }

  /** @param value a JSON or YAML document. */
  add(value: unknown): void {
    // Without recursion: a tenant chooses the depth.
    const left: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }]
    for (let one = left.pop(); one !== undefined; one = left.pop()) {
      const { value: at, depth } = one
      if (depth > deepest) continue
      if (isMap(at)) this.#addAnnotations(at)
      const inner = typeof at === 'string' ? this.#documentsIn(at) : itemsOf(at)
      for (const item of inner) left.push({ value: item, depth: depth + 1 })
    }
  }

  has(name: string): boolean {
    if (this.#names.has(name)) return true
    if (this.#endings.size === 0) return false
    const steps = name.slice(1).split('/')
    return steps.some((_, index) => this.#endings.has(steps.slice(index).join('/')))
  }

  /** @returns what a text contains as YAML or JSON, if it mentions a declaration. */
  #documentsIn(text: string): readonly unknown[] {
    if (text.search(declarationInText) < 0) return []
    const documents = parseSource(text).value?.map(({ root }) => toValue(root)) ?? []
    if (documents.some((one) => typeof one === 'object' && one !== null)) return documents
    for (const [, name = ''] of text.matchAll(declarationInText)) this.#endings.add(name)
    this.#addStorageKeys(text)
    return []
  }

  #addAnnotations(map: Readonly<Record<string, unknown>>): void {
    const texts = Object.entries(map).flatMap(([key, value]): Annotation[] => {
      if (typeof value === 'string') return [[key, value]]
      // In a template of Go, the text may become anything.
      return ofKees.test(key) ? [[key, unreadable]] : []
    })
    const domains = new Set(texts.flatMap(([key]) => declaration.exec(key)?.[1] ?? []))
    for (const domain of domains) this.#addOfDomain(texts, domain)
  }

  #addOfDomain(annotations: readonly Annotation[], domain: string): void {
    const pod = parsePodAnnotations(annotations, domain)
    const read = new Set<string>()
    for (const { annotation, parameter } of pod.declared) {
      read.add(annotation)
      this.#names.add(parameter)
    }
    const isSure = pod.diagnostics.every(({ annotation }) => read.has(annotation))
    for (const [key, text] of annotations) {
      const [, of, name] = declaration.exec(key) ?? []
      if (of !== domain || name === undefined || (isSure && read.has(key))) continue
      // The storageKey of any grammar, and the name for where there is none.
      this.#endings.add(name)
      this.#addStorageKeys(text)
    }
  }

  #addStorageKeys(text: string): void {
    for (const [, storageKey = ''] of text.matchAll(/storageKey\s*=\s*"?([A-Za-z0-9_.\-/]+)/gi))
      this.#endings.add(storageKey)
  }
}

function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return isMap(value) ? Object.values(value) : []
}
