import { quote } from '../diagnostic.ts'

/** Words of letters, in camel case or with signs between them. */
const nameShape = /^([A-Za-z][a-z]*|[A-Z]+)([A-Z][a-z]+|[_.-][A-Za-z][a-z]*){0,2}$/
const longestName = 20

/**
 * Whether a text before a "=" looks like the name that somebody gave to something. A pasted password or base64 text may
 * hold a "=" too: it hardly ever has letters alone, and few words.
 */
export function looksLikeName(text: string): boolean {
  return text.length <= longestName && nameShape.test(text)
}

/** What a message calls an attribute: by its name only where that can hardly be a piece of a secret. */
export function attributeLabel(name: string, position: number): string {
  return looksLikeName(name) ? `attribute ${quote(name)}` : `attribute ${position}`
}
