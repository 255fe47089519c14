/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in either case of letters, as curl and Go read them. */
import type { EnvDiagnostic } from './diagnostic.ts'
import type { Env } from './env.ts'
import { isOwnMachine } from './loopback.ts'

/** An address may contain a password: it is never quoted. */
export function validateProxyEnv(env: Env): EnvDiagnostic[] {
  return (['HTTPS_PROXY', 'HTTP_PROXY'] as const).flatMap((name) => {
    const text = valueOf(name, env)
    if (text === undefined || proxyUrl(text) !== undefined) return []
    const message = `${name} is not the address of an HTTP proxy`
    return [{ env: name, message, hint: 'such as http://proxy.example.com:3128' }]
  })
}

/**
 * The proxy for a connection; undefined for a direct one, as always to this machine itself: loopback and the link-local
 * addresses of metadata and credentials. @param host as URL has it, or without brackets.
 */
export function proxyFor(protocol: string, host: string, port: number, env: Env): URL | undefined {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  if (isOwnMachine(bare.includes(':') ? `[${bare}]` : bare)) return undefined
  const text = valueOf(protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY', env)
  if (text === undefined || isBypassed(bare, port, valueOf('NO_PROXY', env) ?? '')) return undefined
  return proxyUrl(text)
}

function valueOf(name: string, env: Env): string | undefined {
  return env[name.toLowerCase()] || env[name] || undefined
}

function proxyUrl(text: string): URL | undefined {
  const address = text.includes('://') ? text : `http://${text}`
  const url = URL.canParse(address) ? new URL(address) : undefined
  return url && ['http:', 'https:'].includes(url.protocol) && url.hostname !== '' ? url : undefined
}

/** Entries are names with their subdomains, with a port where one is given, addresses, IPv4 ranges, or `*`. */
function isBypassed(host: string, port: number, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true
      const [, name = entry, own] = /^([^:]+|\[[^\]]+\]):(\d+)$/.exec(entry) ?? []
      if (own !== undefined && Number(own) !== port) return false
      const pattern = name.replace(/^\*?\./, '').replace(/^\[|\]$/g, '')
      return host === pattern || host.endsWith(`.${pattern}`) || isInRange(host, pattern)
    })
}

function isInRange(host: string, range: string): boolean {
  const [, base = '', bits] = /^([\d.]+)\/(\d{1,2})$/.exec(range) ?? []
  const [address, network] = [numberOf(host), numberOf(base)]
  if (address === undefined || network === undefined || bits === undefined || Number(bits) > 32) return false
  const size = 2 ** (32 - Number(bits))
  return Math.floor(address / size) === Math.floor(network / size)
}

function numberOf(address: string): number | undefined {
  const parts = address.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256))
  if (parts.length !== 4 || parts.some((part) => part > 255)) return undefined
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}
