/** Which role EKS Pod Identity gives to a ServiceAccount; nothing in a manifest says so. */
import { isMap } from '../../api/json.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'
import { about, type Diagnostic } from '../../api/diagnostic.ts'
import { isDnsLabel } from '../../api/dns-label.ts'
import { isDnsSubdomain } from '../workload/dns-subdomain.ts'
import { shownText, yamlOption } from '../krm/options.ts'
import type { Value } from '../yaml/value.ts'
import { unknownKeys } from '../krm/unknown-keys.ts'
import { parseIamRole } from './iam-role.ts'

export type AccountRole = {
  readonly namespace: string
  readonly serviceAccount: string
  /** A role's name or ARN, as parseIamRole takes it. */
  readonly role: string
}

const keys = ['namespace', 'serviceAccount', 'role'] as const

export const rolesOption = yamlOption<readonly AccountRole[]>(
  'the roles that EKS Pod Identity gives: a list of namespace, serviceAccount and role, a name or an ARN',
  [],
  'none',
  {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        namespace: { type: 'string' },
        serviceAccount: { type: 'string' },
        role: { type: 'string' },
      },
      required: keys,
      additionalProperties: false,
    },
  },
  parseRoles,
)

function parseRoles(value: Value): Parsed<readonly AccountRole[]> {
  if (!Array.isArray(value)) return invalid('is not a list of maps with namespace, serviceAccount and role')
  const roles: AccountRole[] = []
  const seen = new Set<string>()
  const diagnostics: Diagnostic[] = []
  for (const [index, one] of value.entries()) {
    const report = (path: string, ...wrong: readonly Diagnostic[]) =>
      diagnostics.push(...about(`[${index}]${path}`, wrong))
    if (!isMap(one)) {
      report('', { message: 'is not a map with namespace, serviceAccount and role' })
      continue
    }
    report('', ...unknownKeys(one, keys))
    const take = (key: (typeof keys)[number], parse: (text: string) => Parsed<unknown>) => {
      const text = one[key]
      const { diagnostics: wrong } = typeof text === 'string' ? parse(text) : invalid('is not a string')
      if (wrong === undefined && typeof text === 'string') return text
      report(`.${key}`, ...about(shownText(text ?? null), wrong ?? []))
      return undefined
    }
    const namespace = take('namespace', (text) =>
      isDnsLabel(text) ? { value: text } : invalid('is not a valid name of a namespace'),
    )
    const serviceAccount = take('serviceAccount', (text) =>
      isDnsSubdomain(text) ? { value: text } : invalid('is not a valid name of a ServiceAccount'),
    )
    const role = take('role', parseIamRole)
    if (namespace === undefined || serviceAccount === undefined || role === undefined) continue
    const account = `${namespace}/${serviceAccount}`
    if (seen.has(account)) report('', { message: `is a second role of ${account}: Pod Identity gives one` })
    seen.add(account)
    roles.push({ namespace, serviceAccount, role })
  }
  return diagnostics.length > 0 ? { diagnostics } : { value: roles }
}
