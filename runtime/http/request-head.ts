import { isFieldValue, isToken } from './header-field.ts'

/**
 * The head of an HTTP/1.1 request, as Latin-1. Throws where a part could forge a line, with the codes of node:http.
 *
 * @param target what is asked for: a path, or a host and its port.
 */
export function formatHead(
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
): string {
  if (!/^[\x21-\x7e]+$/.test(target))
    throw invalid('ERR_UNESCAPED_CHARACTERS', 'Request path contains unescaped characters')
  let head = `${method} ${target} HTTP/1.1\r\n`
  for (const [name, value] of Object.entries(headers)) {
    if (!isToken(name))
      throw invalid('ERR_INVALID_HTTP_TOKEN', `Header name must be a valid HTTP token ["${name}"]`)
    if (!isFieldValue(value))
      throw invalid('ERR_INVALID_CHAR', `Invalid character in header content ["${name}"]`)
    head += `${name}: ${value}\r\n`
  }
  return `${head}\r\n`
}

function invalid(code: string, message: string): Error {
  return Object.assign(new TypeError(message), { code })
}
