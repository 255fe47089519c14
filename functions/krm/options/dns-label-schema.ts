import { dnsLabelPattern } from '../../../api/dns-label.ts'

/** What Kubernetes asks of the names of namespaces, containers and volumes. */
export const dnsLabelSchema = {
  type: 'string',
  pattern: `^${dnsLabelPattern}$`,
  patternErrorMessage:
    'must be a DNS label: at most 63 lower-case letters, digits and "-", not beginning or ending with "-"',
} as const
