/**
 * The parameters that objects of any kind declare. Only the annotations of a pod template of a known kind are what a pod gets. Everything else that
 * mentions kees, such as a resource of an operator, a patch or the values of a chart, may be put together with a storage-prefix of elsewhere, so it
 * keeps all parameters whose names end in what it mentions. This is the question before a deletion: too many are kept, not too few.
 */
import { isMap, mapOf } from '../../api/json.ts'
import { type Annotation, parsePodAnnotations } from '../../api/pod/pod-annotations.ts'
import { templatePaths } from '../../functions/workload/pod-template-kinds.ts'
import { parseSource } from '../../functions/yaml/parse.ts'
import { toValue } from '../../functions/yaml/value.ts'
import { type Mention, mentionsIn, mentionsOf } from './mentions.ts'

const declaration = /^(?:secret|resource)\.([^/]+)\/(.+)$/
const ofKees = /^(?:secret|resource|init)\.[^/]+\//
/** No annotation of kees may have this text. */
const unreadable = '{'
/** Kubernetes itself does not read deeper JSON. */
const deepest = 10_000

type Node = { readonly value: unknown; readonly depth: number }
type Root = Node & { readonly templates: readonly (readonly string[])[] }

/** Names that objects use, one object after the other, so that no object needs to be kept. */
export class UsedNames {
  /** With the leading slash. */
  readonly #names = new Set<string>()
  /** Of names that were read without a storage-prefix, without the slash. */
  readonly #withoutPrefix = new Set<string>()
  /** Every parameter whose name ends in one of them, after a slash, may be used. */
  readonly #endings = new Set<string>()
  /** Of names that are templates: what they end in, and what they begin with. */
  readonly #tails = new Set<string>()
  readonly #heads = new Set<string>()
  /** A name that may become any. */
  #anything: string | undefined
  /** Whether anything but a pod template mentions a storage-prefix, which pods may get. */
  #hasPrefixElsewhere = false

  /** How many names count as used below every prefix. */
  get unsure(): number {
    return this.#endings.size + this.#tails.size + this.#heads.size
  }

  /** A template of a name that may become any, so that every parameter counts as used. */
  get anything(): string | undefined {
    return this.#anything
  }

  /** @param value a JSON or YAML document. @param template the path of the pod template of an object without its kind. */
  add(value: unknown, template?: readonly string[]): void {
    // Without recursion: a tenant chooses the depth.
    const roots: Root[] = [{ value, depth: 0, templates: template ? [template] : templatesOf(value) }]
    for (let root = roots.pop(); root !== undefined; root = roots.pop()) roots.push(...this.#addRoot(root))
  }

  has(name: string): boolean {
    if (this.#anything !== undefined || this.#names.has(name)) return true
    const steps = name.slice(1).split('/')
    const endings = steps.map((_, index) => steps.slice(index).join('/'))
    if (endings.some((one) => this.#endings.has(one))) return true
    if (this.#hasPrefixElsewhere && endings.some((one) => this.#withoutPrefix.has(one))) return true
    return (
      [...this.#tails].some((one) => name.endsWith(one)) ||
      [...this.#heads].some((one) => name.includes(`/${one}`))
    )
  }

  /** @returns the documents in its texts. */
  #addRoot({ value, depth: from, templates }: Root): readonly Root[] {
    const ofPods = new Set<unknown>(templates.flatMap((path) => annotationsAt(value, path)))
    const plain: Readonly<Record<string, unknown>>[] = []
    const documents: Root[] = []
    let hasPrefix = false
    const read = (text: string) => {
      const mentions = mentionsIn(text)
      hasPrefix ||= mentions.some(({ what }) => what === 'prefix')
      this.#addMentions(mentions)
    }
    const left: Node[] = [{ value, depth: from }]
    // They repeat the keys of the object.
    const { managedFields } = mapOf(mapOf(value)['metadata'])
    for (let one = left.pop(); one !== undefined; one = left.pop()) {
      const { value: at, depth } = one
      if (depth > deepest || (at === managedFields && at !== undefined)) continue
      if (typeof at === 'string') {
        const found = documentsIn(at).map((document) => rootOf(document, depth + 1))
        documents.push(...found)
        // What a workload declares is in its document.
        if (found.length === 0 || found.some((root) => root.templates.length === 0)) read(at)
      } else if (isMap(at) && ofPods.has(at)) {
        plain.push(at)
        for (const [key, item] of Object.entries(at))
          if (!ofKees.test(key)) left.push({ value: item, depth: depth + 1 })
      } else {
        if (isMap(at))
          for (const [key, item] of Object.entries(at))
            read(/^storageKey$/i.test(key) && typeof item === 'string' ? `${key}=${item}` : key)
        for (const item of itemsOf(at)) left.push({ value: item, depth: depth + 1 })
      }
    }
    for (const map of plain) this.#addAnnotations(map, hasPrefix)
    return documents
  }

  #addMentions(mentions: readonly Mention[]): void {
    for (const mention of mentions) {
      if (mention.what === 'prefix') this.#hasPrefixElsewhere = true
      else if (mention.what === 'ending') this.#endings.add(mention.text)
      else if (mention.what === 'tail') this.#tails.add(mention.text)
      else if (mention.what === 'head') this.#heads.add(mention.text)
      else this.#anything ??= mention.text
    }
  }

  /** @param hasOtherPrefix whether the object mentions a storage-prefix elsewhere too. */
  #addAnnotations(map: Readonly<Record<string, unknown>>, hasOtherPrefix: boolean): void {
    const texts = Object.entries(map).flatMap(([key, value]): Annotation[] => {
      if (typeof value === 'string') return [[key, value]]
      // In a template of Go, the text may become anything.
      return ofKees.test(key) ? [[key, unreadable]] : []
    })
    const domains = new Set(texts.flatMap(([key]) => declaration.exec(key)?.[1] ?? []))
    for (const domain of domains) this.#addOfDomain(texts, domain, hasOtherPrefix)
  }

  #addOfDomain(annotations: readonly Annotation[], domain: string, hasOtherPrefix: boolean): void {
    const pod = parsePodAnnotations(annotations, domain)
    const hasPrefix = annotations.some(([key]) => key === `init.${domain}/storage-prefix`)
    const read = new Set<string>()
    for (const { annotation, parameter } of pod.declared) {
      read.add(annotation)
      this.#names.add(parameter)
      if (!hasPrefix) this.#withoutPrefix.add(parameter.slice(1))
    }
    const isSure = !hasOtherPrefix && pod.diagnostics.every(({ annotation }) => read.has(annotation))
    for (const [key, text] of annotations) {
      const [, of, name] = declaration.exec(key) ?? []
      if (of !== domain || name === undefined || (isSure && read.has(key))) continue
      // The storageKey of any grammar, and the name for where there is none.
      this.#addMentions([...mentionsOf(name), ...mentionsIn(text)])
    }
  }
}

function rootOf(value: unknown, depth: number): Root {
  return { value, depth, templates: templatesOf(value) }
}

/** The paths of the pod templates of an object that has its kind. */
function templatesOf(value: unknown): readonly (readonly string[])[] {
  const { apiVersion, kind } = mapOf(value)
  return typeof apiVersion === 'string' && typeof kind === 'string'
    ? templatePaths({ apiVersion, kind, name: '' }, [])
    : []
}

/** The annotations of the templates at a path, in which `*` is every item of a list. */
function annotationsAt(value: unknown, path: readonly string[]): readonly unknown[] {
  const at = [...path, 'metadata', 'annotations'].reduce<readonly unknown[]>(
    (values, key) => values.flatMap((one) => (key === '*' ? itemsOf(one) : [mapOf(one)[key]])),
    [value],
  )
  return at.filter(isMap)
}

/** What a text contains as YAML or JSON, if it mentions kees. */
function documentsIn(text: string): readonly unknown[] {
  if (mentionsIn(text).length === 0) return []
  const documents = parseSource(text).value?.map(({ root }) => toValue(root)) ?? []
  return documents.filter((one) => typeof one === 'object' && one !== null)
}

function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (!isMap(value)) return []
  const { binaryData } = value
  const texts = isMap(binaryData) ? Object.values(binaryData).filter((one) => typeof one === 'string') : []
  // Of a ConfigMap.
  return [...Object.values(value), ...texts.map((one) => Buffer.from(one, 'base64').toString())]
}
