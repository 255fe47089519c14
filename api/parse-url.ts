/** What the programs use of an address. */
export type Address = Pick<
  URL,
  | 'protocol'
  | 'host'
  | 'hostname'
  | 'port'
  | 'pathname'
  | 'search'
  | 'origin'
  | 'href'
  | 'username'
  | 'password'
>

/**
 * As `new URL(text)`. The addresses of AWS, of loopback and of proxies are mostly so plain that the parts stand in them as URL writes them. Those are
 * not given to Node's parser: using it takes 0.3 MB, most of it its code (docs/performance.md).
 */
export function toAddress(text: string): Address {
  return plainAddress(text) ?? new URL(text)
}

/** Undefined where URL cannot parse it. */
export function parseAddress(text: string): Address | undefined {
  return plainAddress(text) ?? (URL.canParse(text) ? new URL(text) : undefined)
}

const plain = /^(https?:)\/\/([a-z0-9.-]+)(?::([1-9]\d{0,4}))?\/?$/

function plainAddress(text: string): Address | undefined {
  const [, protocol, hostname = '', port = ''] = plain.exec(text) ?? []
  if (protocol === undefined || !isPlainHost(hostname)) return undefined
  // URL leaves out the default port.
  if (Number(port) > 65_535 || port === (protocol === 'http:' ? '80' : '443')) return undefined
  const host = port === '' ? hostname : `${hostname}:${port}`
  const origin = `${protocol}//${host}`
  const rest = { pathname: '/', search: '', username: '', password: '' }
  return { protocol, host, hostname, port, origin, href: `${origin}/`, ...rest }
}

/** Four numbers; or a name whose last part begins with a letter, so that it is no number, and which has no `--`, as encoded Unicode has. */
function isPlainHost(hostname: string): boolean {
  const parts = hostname.split('.')
  const last = parts.at(-1) ?? ''
  if (last < 'a') return parts.length === 4 && parts.every(isByte)
  return parts.every(
    (part) => part !== '' && !part.startsWith('-') && !part.endsWith('-') && !part.includes('--'),
  )
}

function isByte(text: string): boolean {
  return Number(text) < 256 && text === String(Number(text))
}
