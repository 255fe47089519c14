/** Values inside the text of a composition: escaped for the place where they stand, they can end or begin nothing there. */
import { invalid, type Parsed } from '../../api/parsed.ts'
import { escapeControls } from './escape-properties.ts'

/** Without `base64`, which alone takes bytes. */
export type TextEscape = keyof typeof textEscapes

const textEscapes = {
  url: (text: string): Parsed<string> => ({ value: escapeUrl(text) }),
  json: (text: string): Parsed<string> => ({ value: JSON.stringify(text).slice(1, -1) }),
  xml: escapeXml,
  properties: (text: string): Parsed<string> => ({ value: escapeProperties(text) }),
}

/** @param text without lone surrogates. @returns the escaped text, or a message that follows the name of the value. */
export function escapeText(text: string, escape: TextEscape): Parsed<string> {
  return textEscapes[escape](text)
}

/** All but the unreserved characters of https://www.rfc-editor.org/rfc/rfc3986#section-2.3, which mean the same everywhere in a URL. */
function escapeUrl(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** https://www.w3.org/TR/xml/#charsets */
const notInXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

/** Beside what is markup, what a reader would turn into another line end or a space (2.11, 3.3.3). */
function escapeXml(text: string): Parsed<string> {
  if (notInXml.test(text))
    return invalid(
      'contains a character that XML cannot represent',
      'store a value without it, or write $(name:base64)',
    )
  return { value: text.replace(/[&<>"'\t\n\r\u007f-\u009f\u2028]/g, (one) => `&#${one.charCodeAt(0)};`) }
}

/** For a value and for a key. */
function escapeProperties(text: string): string {
  return escapeControls(text).replace(/[ =:#!]/g, '\\$&')
}
