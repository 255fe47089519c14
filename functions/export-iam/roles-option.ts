/** Which role EKS Pod Identity gives to a ServiceAccount; nothing in a manifest says so. */
import { isMap } from '../../api/json.ts'
import type { Parsed } from '../../api/parsed.ts'
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
  if (!Array.isArray(value))
    return { problem: 'is not a list of maps with namespace, serviceAccount and role' }
  const roles: AccountRole[] = []
  const seen = new Set<string>()
  const problems: string[] = []
  for (const [index, one] of value.entries()) {
    const report = (problem: string) => problems.push(`[${index}]${problem}`)
    if (!isMap(one)) {
      report(' is not a map with namespace, serviceAccount and role')
      continue
    }
    unknownKeys(one, keys).forEach(report)
    const take = (key: (typeof keys)[number], problemOf: (text: string) => string | undefined) => {
      const text = one[key]
      const problem = typeof text === 'string' ? problemOf(text) : 'is not a text'
      if (problem === undefined && typeof text === 'string') return text
      report(`.${key} ${shownText(text ?? null)}${problem}`)
      return undefined
    }
    const namespace = take('namespace', (text) =>
      isDnsLabel(text) ? undefined : 'is not a name of a namespace',
    )
    const serviceAccount = take('serviceAccount', (text) =>
      isDnsSubdomain(text) ? undefined : 'is not a name of a ServiceAccount',
    )
    const role = take('role', (text) => parseIamRole(text).problem)
    if (namespace === undefined || serviceAccount === undefined || role === undefined) continue
    const account = `${namespace}/${serviceAccount}`
    if (seen.has(account)) report(` is a second role of ${account}: Pod Identity gives one`)
    seen.add(account)
    roles.push({ namespace, serviceAccount, role })
  }
  return problems.length > 0 ? { problem: problems.join('; ') } : { value: roles }
}
