/** Which role EKS Pod Identity gives to a ServiceAccount, which no manifest contains. */
import type { Diagnostic } from '../../../api/diagnostic.ts'
import type { Parsed } from '../../../api/parsed.ts'
import { dnsLabelSchema } from '../../krm/options/dns-label-schema.ts'
import { parsedOption } from '../../krm/options/options.ts'
import { dnsSubdomainPattern } from '../../workload/dns-subdomain.ts'
import { parseIamRole } from './iam-role.ts'

export type AccountRole = {
  readonly namespace: string
  readonly serviceAccount: string
  /** A role's name or ARN, as parseIamRole takes it. */
  readonly role: string
}

export const rolesOption = parsedOption(
  {
    meaning: 'the roles of EKS Pod Identity: a list of namespace, serviceAccount and role, a name or an ARN',
    default: [],
    defaultText: 'none',
    schema: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          namespace: { ...dnsLabelSchema, patternErrorMessage: 'is not the name of a namespace' },
          serviceAccount: {
            type: 'string',
            pattern: `^${dnsSubdomainPattern}$`,
            patternErrorMessage: 'is not the name of a ServiceAccount',
          },
          role: { type: 'string', validate: validateRole },
        },
        required: ['namespace', 'serviceAccount', 'role'],
        additionalProperties: false,
      },
    },
  },
  readRoles,
)

function readRoles(roles: readonly AccountRole[]): Parsed<readonly AccountRole[]> {
  const accounts = roles.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`)
  const diagnostics = accounts.flatMap((account, index) => {
    if (accounts.indexOf(account) === index) return []
    const message = `[${index}] is a second role of ${account}: Pod Identity gives one role to a ServiceAccount`
    return [{ message }]
  })
  return diagnostics.length > 0 ? { diagnostics } : { value: roles }
}

function validateRole(text: string): readonly Diagnostic[] {
  return parseIamRole(text).diagnostics ?? []
}
