/** What a text mentions of kees, in whatever form: a key, the path of a JSON Patch, a parameter of Helm, a template, prose. */

export type Mention =
  /** The parameter's name ends in it, after a slash. */
  | { readonly what: 'ending'; readonly text: string }
  /** A template: the name ends in it. */
  | { readonly what: 'tail'; readonly text: string }
  /** A template: the name has it after a slash. */
  | { readonly what: 'head'; readonly text: string }
  /** A template that may become any name. */
  | { readonly what: 'anything'; readonly text: string }
  | { readonly what: 'prefix' }

/** Of Go, Flux and shells. It begins with a character that no name has, and is bounded: a tenant writes the text. */
const placeholder = String.raw`\{\{[^{}]{0,100}\}\}|\$\{[^{}]{0,100}\}|\$\([^()]{0,100}\)`
const declaration = new RegExp(
  String.raw`(?:secret|resource)\.(?:${placeholder}|[^/\s"'{$]){1,100}\/((?:${placeholder}|[A-Za-z0-9_.-]){1,100})`,
  'g',
)
const storageKey = new RegExp(
  String.raw`storageKey\\{0,9}["']?\s{0,9}[=:]\s{0,9}\\{0,9}["']?\/?((?:${placeholder}|[A-Za-z0-9_.\-/]){1,1100})`,
  'gi',
)
const prefix = /storage-?prefix/i
const anyPlaceholder = new RegExp(placeholder)
/** One search decides for nearly all texts. */
const mayMention = /(?:secret|resource)\\*\.|storage-?(?:key|prefix)/i

export function mentionsIn(text: string): readonly Mention[] {
  if (!mayMention.test(text)) return []
  // As JSON Pointer writes a slash, and Helm's --set a dot.
  const plain = text.replace(/~1/g, '/').replace(/\\+([./])/g, '$1')
  const named = [...plain.matchAll(declaration), ...plain.matchAll(storageKey)]
  const mentions = named.flatMap(([, name = '']) => mentionsOf(name))
  return prefix.test(plain) ? [...mentions, { what: 'prefix' }] : mentions
}

/** @param name of a declaration, or a storageKey; it may have placeholders. */
export function mentionsOf(name: string): readonly Mention[] {
  const parts = name.split(anyPlaceholder)
  if (parts.length === 1) {
    // A sentence may end behind the name.
    const texts = new Set([name, name.replace(/[._/-]+$/, '')])
    return [...texts].filter((text) => text !== '').map((text) => ({ what: 'ending', text }))
  }
  const tail = (parts.at(-1) ?? '').replace(/[./]+$/, '')
  if (/[A-Za-z0-9]/.test(tail)) return [{ what: 'tail', text: tail }]
  const head = parts[0] ?? ''
  return /[A-Za-z0-9]/.test(head) ? [{ what: 'head', text: head }] : [{ what: 'anything', text: name }]
}
