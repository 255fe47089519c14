/**
 * One member of a stored JSON text, by its name or by a JSON Pointer.
 * https://www.rfc-editor.org/rfc/rfc8259, https://www.rfc-editor.org/rfc/rfc6901
 */
import { type Diagnostic, quote } from '../../api/diagnostic.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'
import { findInJson, type JsonPath } from './find-in-json.ts'

/** Secrets Manager stores 64 KiB, a folder any number of them. */
export const mostCharacters = 128 * 1024
export const mostLevels = 100

/**
 * A string gives its text; a number or boolean what is written. The messages follow the name of what is stored; they contain the key, which is from
 * the annotation, and nothing of the value, to which the names of other members belong.
 *
 * @param keys each a name, or a well-formed pointer if it begins with a slash. @returns the values in the order of the keys.
 */
export function readJsonKeys(text: string, keys: readonly string[]): readonly Parsed<string>[] {
  const { value: sources, diagnostics } = sourcesIn(text, keys)
  return keys.map((key, index) =>
    diagnostics ? { diagnostics: naming(key, diagnostics) } : readMember(sources[index], key),
  )
}

/** @returns undefined for keys that lead nowhere. */
function sourcesIn(text: string, keys: readonly string[]): Parsed<readonly (string | undefined)[]> {
  if (text.length > mostCharacters)
    return invalid(
      `has more than ${mostCharacters} characters, which is too much for jsonKey`,
      'store the member as a value of its own',
    )
  if (text.startsWith('\ufeff'))
    return invalid(
      'is not JSON, which jsonKey needs: it begins with a byte order mark',
      'store it as UTF-8 without a byte order mark',
    )
  if (!isJson(text))
    return invalid('is not JSON, which jsonKey needs', 'store a JSON text, or remove jsonKey')
  const paths = keys.map(jsonPath)
  const { sources, problem } = findInJson(text, paths, mostLevels)
  if (sources) return { value: paths.map((path) => sources.get(path)) }
  return problem === 'too deep'
    ? invalid(
        `is JSON of more than ${mostLevels} levels, which is too much for jsonKey`,
        'store the member as a value of its own',
      )
    : invalid(
        'is JSON in which an object has two members of one name, which programs read in different ways',
        'store JSON whose objects have each name once',
      )
}

/** What is wrong with the whole text concerns each of the keys. */
function naming(key: string, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.map((one) => ({ ...one, message: `${one.message} (jsonKey ${quote(key)})` }))
}

function readMember(source: string | undefined, key: string): Parsed<string> {
  if (source === undefined) return invalid(`is JSON without the member ${quote(key)}`)
  const { text, otherwise } = scalarText(source)
  if (otherwise === undefined) return { value: text }
  return invalid(
    `is JSON whose member ${quote(key)} is ${otherwise}: jsonKey needs a string, a number or a boolean`,
  )
}

function jsonPath(key: string): JsonPath {
  if (!key.startsWith('/')) return { steps: [key], isPointer: false }
  const steps = key.slice(1).split('/')
  return { steps: steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')), isPointer: true }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    // Its message quotes the text.
    if (error instanceof SyntaxError) return false
    throw error
  }
}

type Scalar =
  | { readonly text: string; readonly otherwise?: undefined }
  | { readonly text?: never; readonly otherwise: string }

function scalarText(source: string): Scalar {
  if (source.startsWith('{')) return { otherwise: 'an object' }
  if (source.startsWith('[')) return { otherwise: 'an array' }
  if (source === 'null') return { otherwise: 'null' }
  if (!source.startsWith('"')) return { text: source }
  const text: unknown = JSON.parse(source)
  // An escape can be half of a surrogate pair.
  return typeof text === 'string' && text.isWellFormed() ? { text } : { otherwise: 'not Unicode text' }
}
