/** Licences whose only condition is that a copy contains their text; by their SPDX identifiers: https://spdx.org/licenses/. */
const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
  'Zlib',
])

/** @param expression of SPDX: names with AND, OR and brackets. An expression that cannot be parsed is not permissive. */
export function isPermissive(expression: string): boolean {
  const tokens = expression.match(/[()]|[^()\s]+/g) ?? []
  let at = 0
  const any = (): boolean => {
    let result = all()
    while (tokens[at] === 'OR') {
      at++
      result = all() || result
    }
    return result
  }
  const all = (): boolean => {
    let result = one()
    while (tokens[at] === 'AND') {
      at++
      result = one() && result
    }
    return result
  }
  const one = (): boolean => {
    if (tokens[at] !== '(') return permissive.has(tokens[at++] ?? '')
    at++
    const result = any()
    return tokens[at++] === ')' && result
  }
  const result = any()
  return at === tokens.length && result
}
