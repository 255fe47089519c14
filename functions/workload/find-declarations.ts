/**
 * Declarations wherever they are in an object: charts, operators and patches have the annotations of pods under names of their own, and in
 * texts.
 */
import { type Path, pathText } from '../yaml/edit-target.ts'
import type { SourceNode } from '../yaml/node.ts'
import { parseSource } from '../yaml/parse.ts'
import { allEntries, lookUp, stringOf } from '../yaml/value.ts'

export type FoundDeclaration = {
  /** The annotation. */
  readonly key: string
  /** Of the map that it is in, or of the text. */
  readonly path: Path
  /** Its own. */
  readonly field: Path
  /** In a text: the path in it, empty at its top or where the text is not YAML. */
  readonly inText?: string
}

/** Deeper than anybody puts manifests into values of manifests; each level is read as YAML of its own. */
const maxTexts = 3

/** Of all objects of an input: its patterns are made once. */
let latest: { readonly domain: string; readonly names: ReturnType<typeof namesOf> } | undefined

/** Each where it is written: an alias shows nothing new. */
export function findDeclarations(root: SourceNode, domain: string, depth = 0): FoundDeclaration[] {
  const names = latest?.domain === domain ? latest.names : namesOf(domain)
  latest = { domain, names }
  const visit = (node: SourceNode, path: Path): FoundDeclaration[] => {
    if (node.type === 'sequence') return node.items.flatMap((item, index) => visit(item, [...path, index]))
    if (node.type === 'scalar') return depth < maxTexts ? inText(stringOf(node) ?? '', path) : []
    if (node.type !== 'map') return []
    const isAnnotations = path.at(-1) === 'annotations'
    const deeper = node.entries.flatMap(({ key, value }) =>
      // The text of an annotation is not read: that of kubectl has the whole object.
      isAnnotations && value.type === 'scalar' ? [] : visit(value, [...path, key.text]),
    )
    return [...inMap(node, path), ...deeper]
  }
  const inMap = (node: SourceNode, path: Path): FoundDeclaration[] => {
    const keys = allEntries(node).flatMap(([text]) => {
      const key = names.asKey(text)
      return key === undefined ? [] : [{ key, path, field: [...path, text] }]
    })
    const parameter = lookUp(node, 'value') && names.asParameter(stringOf(lookUp(node, 'name')) ?? '')
    const operation = stringOf(lookUp(node, 'op'))
    const pointer =
      operation === 'add' || operation === 'replace'
        ? names.asPointer(stringOf(lookUp(node, 'path')) ?? '')
        : undefined
    return [
      ...keys,
      ...(parameter === undefined ? [] : [{ key: parameter, path, field: [...path, 'name'] }]),
      ...(pointer === undefined ? [] : [{ key: pointer, path, field: [...path, 'path'] }]),
    ]
  }
  const inText = (text: string, path: Path): FoundDeclaration[] => {
    if (!names.mentions(text)) return []
    const roots = (parseSource(text).value ?? []).map((document) => document.root)
    if (roots.every(({ type }) => type === 'scalar'))
      return names.asLines(text).map((key) => ({ key, path, field: path, inText: '' }))
    return roots
      .flatMap((one) => findDeclarations(one, domain, depth + 1))
      .map(({ key, path: inner, inText: more = '' }) => {
        const where = inner.length === 0 ? '' : pathText(inner)
        return { key, path, field: path, inText: [where, more].filter((one) => one !== '').join(': ') }
      })
  }
  return visit(root, [])
}

/** The annotations among the keys of one map. */
export function declarationsIn(node: SourceNode | undefined, domain: string): string[] {
  const inDomain = `.${domain}/`
  return allEntries(node)
    .map(([key]) => key)
    .filter((key) => key.includes(inDomain) && kinds.some((what) => key.startsWith(what + inDomain)))
}

const kinds = ['secret', 'resource', 'compose', 'lease', 'init'] as const

/**
 * The forms in which people write the name of an annotation. Helm's `--set` needs a backslash before each dot of a key
 * (https://helm.sh/docs/intro/using_helm/#the-format-and-limitations-of---set), a JSON pointer `~1` in place of a slash.
 */
function namesOf(domain: string) {
  const dotted = domain.replaceAll('.', String.raw`\\*\.`)
  const prefix = String.raw`(?:${kinds.join('|')})\\*\.${dotted}`
  const name = String.raw`${prefix}/[A-Za-z0-9](?:[\w.\\-]*[A-Za-z0-9])?`
  const key = new RegExp(String.raw`(?:^|\.)(${prefix}/.*)$`, 's')
  const parameter = new RegExp(String.raw`(?:^|\.)(${name})$`)
  const pointer = new RegExp(String.raw`/(${prefix})~1([^/~]+)$`)
  const mentioned = new RegExp(String.raw`${prefix}(?:/|~1)`)
  // Also keys of JSON in a string, of TOML and of properties. Comments are left out.
  const line = new RegExp(
    String.raw`^(?:[ \t-]*|[^#\n]*[{,][ \t]*|[\w.]+\.)\\*["']?(${name})\\*["']?[ \t]*[:=]`,
    'gm',
  )
  const plain = (text: string | undefined) => text?.replaceAll('\\', '')
  return {
    mentions: (text: string) => mentioned.test(text),
    asKey: (text: string) => plain(key.exec(text)?.[1]),
    asParameter: (text: string) => plain(parameter.exec(text)?.[1]),
    asPointer: (text: string) => {
      const [, start, end] = pointer.exec(text) ?? []
      return start === undefined ? undefined : plain(`${start}/${end}`)
    },
    asLines: (text: string) => [...text.matchAll(line)].flatMap(([, found]) => plain(found) ?? []),
  }
}
