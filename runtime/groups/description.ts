/** What the Description of a parameter says about who made it. One file, so that what is written can be recognised. */
import type { Group, Part, PartRole } from '../../api/declaration/group.ts'

type Made = { readonly type: Group['type']; readonly size: number; readonly role: PartRole }

export function describePart({ type, size }: Group, { role }: Part): string {
  return formatMade({ type, size, role })
}

function formatMade({ type, size, role }: Made): string {
  return `Made by kees: ${type}, ${size} bits${role === 'value' ? '' : `, ${role} part`}`
}

const pattern =
  /^Made by kees: (RSA|GPG|RANDOM|PASSWORD), ([1-9]\d{0,4}) bits(?:, (private|public|consumer|provider) part)?$/

/** Undefined for every text that kees does not write. Whoever may write a parameter chooses its Description. */
export function parseDescription(text: string): Made | undefined {
  const [, type, size, role = 'value'] = pattern.exec(text) ?? []
  if (!isType(type) || !isRole(role)) return undefined
  return { type, size: Number(size), role }
}

function isType(text: string | undefined): text is Group['type'] {
  return text === 'RSA' || text === 'GPG' || text === 'RANDOM' || text === 'PASSWORD'
}

function isRole(text: string): text is PartRole {
  return ['private', 'public', 'consumer', 'provider', 'value'].includes(text)
}
