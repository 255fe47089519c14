/**
 * Errors of a connection: DNS, sockets, TLS, proxies, HTTP parsing, headers that cannot be sent. Whatever their code,
 * they come from outside and are never a bug of ours.
 */

/** Marks what an HTTP client threw as an error of the connection to a host. A Failure of our own stays what it is. */
export function transportError(error: unknown, host: string): unknown {
  return error instanceof Error ? Object.assign(error, { $transport: host }) : error
}

/** The host to which the connection failed; undefined for any other error. */
export function hostOfTransportError(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('$transport' in error)) return undefined
  return typeof error.$transport === 'string' ? error.$transport : undefined
}

/**
 * Whether a code is one of connections. It is for the clients inside the SDK, which sign in on laptops: their errors are
 * not marked. https://nodejs.org/api/errors.html#nodejs-error-codes
 */
export function isTransportCode(code: string): boolean {
  if (!/^[A-Z][A-Z0-9_]+$/.test(code)) return false
  return !code.startsWith('ERR_') || ofConnections.test(code)
}

const ofConnections =
  /^ERR_(TLS|SSL|OSSL|HTTP|HTTP2|SOCKET|STREAM|DNS|PROXY|QUIC|INVALID_CHAR|INVALID_HTTP_TOKEN|INVALID_PROTOCOL|INVALID_URL|INVALID_IP_ADDRESS|UNESCAPED_CHARACTERS|CRYPTO_OPERATION_FAILED)(_|$)/
