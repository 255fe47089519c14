import type { SourceScalar } from './node.ts'

const nullPattern = /^(~|null|Null|NULL)?$/
const truePattern = /^(y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const falsePattern = /^(n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/
const integerPattern = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/
/** Most numbers of manifests. */
const decimalPattern = /^[1-9][0-9]*$/
const floatPattern = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/
const infinityPattern = /^([-+]?)\.(inf|Inf|INF)$/
const nanPattern = /^\.(nan|NaN|NAN)$/

/** What a text that is not read as a string begins with. */
const mayResolve = new Set(Buffer.from('~nNtTfFyYoO.-+0123456789'))

/** The tags with which a text is read as it is read without one. */
const resolved = new Set(['!!null', '!!bool', '!!int', '!!float'])

/**
 * The value as kubectl reads it, which is in parts YAML 1.1: `yes` is a boolean, `0777` is octal and `1_000` a number.
 * A date is a string. kustomize reads `yes` as a string, and writes it as it was.
 * https://github.com/kubernetes-sigs/yaml/blob/v1.6.0/goyaml.v2/README.md
 */
export function scalarValue({ style, text, tag }: SourceScalar): string | number | boolean | null {
  if (tag === '!!binary') return Buffer.from(text, 'base64').toString()
  if (tag === undefined ? style !== 'plain' : !resolved.has(tag)) return text
  if (!mayResolve.has(text.charCodeAt(0)) && text !== '') return text
  if (nullPattern.test(text)) return null
  if (truePattern.test(text)) return true
  if (falsePattern.test(text)) return false
  const infinity = infinityPattern.exec(text)
  if (infinity) return infinity[1] === '-' ? -Infinity : Infinity
  if (nanPattern.test(text)) return NaN
  if (text.startsWith('.')) return floatPattern.test(text) ? Number(text) : text
  return /^[-+0-9]/.test(text) ? numberOf(text) : text
}

function numberOf(text: string): number | string {
  if (decimalPattern.test(text)) return Number(text)
  const plain = text.replaceAll('_', '')
  const [, sign, digits] = integerPattern.exec(plain) ?? []
  if (digits !== undefined) {
    const value = Number(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits)
    return sign === '-' ? -value : value
  }
  return floatPattern.test(plain) ? Number(plain) : text
}
