import type { Diagnostic } from '../diagnostic.ts'

export const defaultAnnotationDomain = 'bsycorp.com'

/** The record of what inject-init added; the same for all annotation domains. */
export const injectedAnnotation = 'kees.bsycorp.com/injected'

const label = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?'
const subdomain = new RegExp(`^${label}(\\.${label})*$`)

/** Why a text cannot be an annotation domain, if it cannot. `secret.<domain>` has to be a DNS subdomain. */
export function validateAnnotationDomain(text: string): Diagnostic | undefined {
  if (subdomain.test(text) && `resource.${text}`.length <= 253) return undefined
  return { message: 'is not a DNS subdomain: lower-case letters, digits, "-" and ".", such as bsycorp.com' }
}
