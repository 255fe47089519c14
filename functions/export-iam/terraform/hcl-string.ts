/**
 * A quoted template of HCL's native syntax that is the text and nothing but the text.
 * https://github.com/hashicorp/hcl/blob/v2.23.0/hclsyntax/spec.md#template-expressions
 */
export function formatHclString(text: string): string {
  if (plain.test(text)) return `"${text}"`
  const escaped = text
    .replaceAll(/["\\]/g, '\\$&')
    .replaceAll(/[$%](?=\{)/g, '$&$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll(invisible, formatCodePoint)
  return `"${escaped}"`
}

/** Of characters that nothing is done with, such as the names of roles and parameters. */
const plain = /^[\w/.:+=,@ -]*$/
/** Controls, line separators, and the format characters that make text look like other text. */
const invisible = /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/gu

function formatCodePoint(character: string): string {
  const hexadecimal = (character.codePointAt(0) ?? 0).toString(16)
  return hexadecimal.length > 4 ? `\\U${hexadecimal.padStart(8, '0')}` : `\\u${hexadecimal.padStart(4, '0')}`
}
