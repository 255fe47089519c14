/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in either case of letters, as curl and Go read them. */
import type { EnvDiagnostic } from '../diagnostic.ts'
import type { Env } from './env.ts'
import { bareHost, isOwnMachine } from '../loopback.ts'

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
  const bare = bareHost(host).toLowerCase()
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

/** Entries are names with their subdomains, with a port where one is given, addresses, ranges of addresses, or `*`. */
function isBypassed(host: string, port: number, list: string): boolean {
  const address = bitsOf(host)
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true
      const [, name = entry, own] = /^([^:]+|\[[^\]]+\]):(\d+)$/.exec(entry) ?? []
      if (own !== undefined && Number(own) !== port) return false
      const pattern = name.replace(/^\*?\./, '').replace(/[[\]]/g, '')
      if (address !== undefined) return isInRange(address, pattern)
      return host === pattern || host.endsWith(`.${pattern}`)
    })
}

/** @param range an address, or the first bits of addresses: 10.0.0.0/8, 2001:db8::/32. */
function isInRange(address: string, range: string): boolean {
  const [, base = range, length] = /^(.+)\/(\d{1,3})$/.exec(range) ?? []
  const bits = bitsOf(base)
  if (bits?.length !== address.length || Number(length ?? 0) > bits.length) return false
  return address.startsWith(bits.slice(0, length === undefined ? bits.length : Number(length)))
}

/** An IPv4 or IPv6 address as 32 or 128 digits; undefined for a name. */
function bitsOf(host: string): string | undefined {
  if (/^\d+(\.\d+){3}$/.test(host)) {
    const parts = host.split('.').map(Number)
    return parts.every((part) => part < 256) ? digits(parts, 8) : undefined
  }
  // URL writes every IPv6 address in the same way.
  const url = host.includes(':') && URL.canParse(`http://[${host}]`) ? new URL(`http://[${host}]`) : undefined
  if (url === undefined) return undefined
  const [left = [], right = []] = url.hostname
    .slice(1, -1)
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''))
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  return digits(
    [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16)),
    16,
  )
}

function digits(groups: readonly number[], width: number): string {
  return groups.map((group) => group.toString(2).padStart(width, '0')).join('')
}
