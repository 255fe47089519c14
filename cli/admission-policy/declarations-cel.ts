/**
 * What inject-init needs of the declarations of a pod, read by CEL: the version of the contract, and the environment variables. These patterns
 * read valid values as attributes.ts reads them. Of a value that is wrong they may read anything: init refuses it when it starts.
 */
import { bounds } from '../../api/bounds.ts'
import { celString, keysOf } from './cel.ts'

const blanks = '[ \\t\\r\\n]*'
const name = '[A-Za-z][A-Za-z0-9_.-]*'
const quoted = '"([^"\\\\]|\\\\["\\\\])*"'
const plain = '([^", \\t\\r\\n][^,]*)?'

/** One attribute. */
const attribute = `${name}${blanks}=${blanks}(${quoted}|[^,]*)`
/** In a composition; its text takes all that follows, unless it is in quotes. */
const composed = `text${blanks}=${blanks}${quoted}|text${blanks}=(?s:.*)|${attribute}`

/** A value that has one of these attributes. @param value the pattern of what follows the "=". */
function has(names: readonly string[], value = ''): string {
  const before = `(${blanks}${name}${blanks}=${blanks}(${quoted}${blanks}|${plain}),)*`
  return `^${before}${blanks}(${names.join('|')})${blanks}=${value}`
}

/** An attribute of this name, as `attribute` finds it. */
const named = (one: string) => celString(`^${one}${blanks}=`)

/** The words of api/pod/contract.ts. */
const newAttributes = ['as', 'decode', 'default', 'deliver', 'env', 'file', 'from', 'jsonKey', 'optional']
const newType = has(['type'], `${blanks}"?(GPG|TEXT)"?${blanks}(,|$)`)
const isOptional = has(['optional'], `${blanks}"?true"?${blanks}(,|$)`)

const reference = '[$][$][(]|[$][(][^)]*[)]'

/** The expressions of these variables use `variables.annotations`. */
export function declarationVariables(domain: string): Record<string, string> {
  const of = (what: string) => celString(`${what}.${domain}/`)
  const value = 'variables.annotations[key]'
  const text = (one: string) =>
    `parts.filter(part, part.matches(${named(one)})).map(part, part.find("=(?s:.*)").substring(1).replace("\\"", "").trim()).join("")`
  const mayBeAbsent =
    `parts.exists(part, part.matches(${named('text')}) && part.findAll(${celString(reference)}).exists(found, !found.startsWith("$$") &&\n` +
    `  ["secret", "resource"].exists(what, what + ${celString(`.${domain}/`)} + found.substring(2, size(found) - 1).split(":")[0] in variables.optional)))`
  return {
    values: keysOf('variables.annotations', ['secret', 'resource', 'compose'], domain),
    contract:
      `variables.localMode || variables.values.exists(key, key.startsWith(${of('compose')}) || ${value}.matches(${celString(has(newAttributes))}) ||\n` +
      `  key.startsWith(${of('secret')}) && ${value}.matches(${celString(newType)})) ? 2 : 1`,
    optional:
      `variables.annotations.transformMap(key, value,\n` +
      `  (key.startsWith(${of('secret')}) || key.startsWith(${of('resource')})) && value.matches(${celString(isOptional)}), true)`,
    // Of each declaration that may have a variable, its key and its attributes: as many as are allowed, and one more.
    attributes:
      `variables.values.filter(key, ${value}.contains("env")).map(key, [key] + (key.startsWith(${of('compose')})\n` +
      `  ? ${value}.findAll(${celString(composed)}, ${bounds.attributes + 1}) : ${value}.findAll(${celString(attribute)}, ${bounds.attributes + 1})))`,
    withVariable:
      `variables.attributes.map(parts, [parts[0]] + parts.filter(part, part.matches(${named('(env|containers|text)')})))\n` +
      `  .filter(parts, parts.exists(part, part.matches(${named('env')})))`,
    // Of each variable its name, its key in the file, "1" if it may be absent, and its containers.
    unordered:
      `variables.withVariable.map(parts, [\n` +
      `  ${text('env')},\n` +
      `  parts[0].substring(0, parts[0].indexOf(".")) + "." + parts[0].substring(parts[0].indexOf("/") + 1),\n` +
      `  parts[0] in variables.optional || ${mayBeAbsent} ? "1" : "0",\n` +
      `  ${text('containers')}.split(",").map(one, one.trim()).join(",")\n` +
      `].join(" "))`,
    ...ordered,
    delivered: '(variables.firstHalf + variables.secondHalf).map(line, line.split(" "))',
  }
}

/**
 * In the order of the names. The cost of `sort` is the square of the size, so a long list is sorted in two halves. Their border is the middle of a
 * sample: the keys of a map are in no order.
 */
const ordered = {
  border: 'size(variables.unordered) > 512 ? variables.unordered.slice(0, 255).sort()[127] : ""',
  firstHalf: 'variables.unordered.filter(line, line < variables.border).sort()',
  secondHalf: 'variables.unordered.filter(line, line >= variables.border).sort()',
}
