/**
 * Words of comparable systems (External Secrets, the Secrets Store CSI driver, vault) that would change which value the app gets. They
 * are refused where an unknown attribute is only warned of, because who writes one relies on it.
 */

const jsonKey = 'use jsonKey; a path such as a.b is jsonKey=/a/b'
const decode = 'use decode=base64'

/** Each word as its system writes it, with what to write in kees. */
export const foreignAttributes: ReadonlyMap<string, string> = new Map([
  ['property', jsonKey],
  ['jmesPath', jsonKey],
  ['objectAlias', 'the name of the annotation is the key in the file; use file for a file of its own'],
  ['encoding', `${decode}, or encode=base64 on a composition`],
  ['decodingStrategy', decode],
  ['template', 'use an annotation compose.<domain>/<name> with the attribute text'],
  ['key', 'use storageKey for the name of the parameter, jsonKey for a member of a JSON value'],
])

const hints = new Map([...foreignAttributes].map(([name, hint]) => [name.toLowerCase(), hint]))

/** @returns what to write in kees; undefined for any other word. */
export function foreignHint(name: string): string | undefined {
  return hints.get(name.toLowerCase())
}
