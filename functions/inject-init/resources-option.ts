/** The resources of the init container, validated as the API server validates the `resources` of a container. */
import { quote } from '../../api/diagnostic.ts'
import type { Parsed } from '../../api/parsed.ts'
import { notKnown } from '../../api/suggest.ts'
import { dnsLabelSchema } from '../krm/dns-label-schema.ts'
import { parsedOption } from '../krm/options.ts'
import { shownText } from '../krm/shown-text.ts'
import { shownKey } from '../krm/unknown-keys.ts'
import type { ValueMap } from '../yaml/value.ts'
import { bytesProblem, compareQuantities, parseQuantity } from './quantity.ts'

/** A template may leave an empty part, which YAML reads as null. */
const none = { type: 'null' } as const
const quantities = {
  anyOf: [
    { type: 'object', additionalProperties: { anyOf: [{ type: 'string' }, { type: 'number' }] } },
    none,
  ],
} as const
const claims = {
  anyOf: [
    {
      type: 'array',
      items: {
        type: 'object',
        properties: { name: dnsLabelSchema, request: { type: 'string' } },
        required: ['name'],
        additionalProperties: false,
      },
    },
    none,
  ],
} as const

export const resourcesOption = parsedOption(
  {
    meaning: 'the requests and limits of the init container',
    default: { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: '1', memory: '128Mi' } },
    defaultText: 'requests 50m and 64Mi, limits 1 and 128Mi',
    schema: {
      type: 'object',
      properties: { requests: quantities, limits: quantities, claims },
      additionalProperties: false,
    },
  },
  readResources,
)

type Amounts = { readonly [resource: string]: string | number }
type Resources = { readonly requests?: Amounts | null; readonly limits?: Amounts | null }

function readResources(value: ValueMap & Resources): Parsed<ValueMap> {
  const problems: string[] = []
  const requests = readQuantities('requests', value.requests, problems)
  const limits = readQuantities('limits', value.limits, problems)
  for (const [name, request] of requests) {
    const limit = limits.get(name)
    if (limit === undefined || request.quantity === undefined || limit.quantity === undefined) continue
    if (compareQuantities(request.quantity, limit.quantity) > 0) {
      const both = `${quote(request.text)} must not be more than .limits.${name} ${quote(limit.text)}`
      problems.push(`.requests.${name} ${both}`)
    }
  }
  return problems.length > 0 ? { problem: problems.join('; ') } : { value }
}

type Amount = { readonly text: string; readonly quantity: ReturnType<typeof parseQuantity> }

function readQuantities(
  key: string,
  amounts: Amounts | null | undefined,
  problems: string[],
): Map<string, Amount> {
  const read = new Map<string, Amount>()
  for (const [name, value] of Object.entries(amounts ?? {})) {
    const path = `.${key}.${shownKey(name)}`
    if (!isResourceName(name)) {
      problems.push(`${path} ${notKnown(name, resourceNames)}`)
      continue
    }
    const text = String(value)
    const problem = quantityProblem(name, text)
    if (problem === undefined) read.set(name, { text, quantity: parseQuantity(text) })
    else problems.push(`${path} ${shownText(value)}${problem}`)
  }
  return read
}

/** https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/ */
const resourceNames = ['cpu', 'memory', 'ephemeral-storage'] as const

function isResourceName(name: string): boolean {
  const isExtended = /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?\/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
  return (
    resourceNames.some((one) => one === name) ||
    /^hugepages-[0-9]+[KMGTPE]i$/.test(name) ||
    isExtended.test(name)
  )
}

function quantityProblem(name: string, text: string): string | undefined {
  if (name === 'memory' || name === 'ephemeral-storage' || name.startsWith('hugepages-'))
    return bytesProblem(text)
  const quantity = parseQuantity(text)
  return quantity === undefined || quantity.units < 0n ? 'must be a quantity such as 50m' : undefined
}
