/** The resources of the init container, validated as the API server validates the `resources` of a container. */
import { about, type Diagnostic, quote } from '../../../api/diagnostic.ts'
import type { Parsed } from '../../../api/parsed.ts'
import { notKnown } from '../../../api/suggest.ts'
import { dnsLabelSchema } from '../../krm/options/dns-label-schema.ts'
import { parsedOption } from '../../krm/options/options.ts'
import { shownText } from '../../krm/options/shown-text.ts'
import { shownKey } from '../../krm/options/unknown-keys.ts'
import type { ValueMap } from '../../yaml/value.ts'
import { compareQuantities, parseQuantity, validateBytes } from './quantity.ts'

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
  const diagnostics: Diagnostic[] = []
  const requests = readQuantities('requests', value.requests, diagnostics)
  const limits = readQuantities('limits', value.limits, diagnostics)
  for (const [name, request] of requests) {
    const limit = limits.get(name)
    if (limit === undefined || request.quantity === undefined || limit.quantity === undefined) continue
    if (compareQuantities(request.quantity, limit.quantity) > 0) {
      const both = `${quote(request.text)} must not be more than .limits.${name} ${quote(limit.text)}`
      diagnostics.push({ message: `.requests.${name} ${both}` })
    }
  }
  return diagnostics.length > 0 ? { diagnostics } : { value }
}

type Amount = { readonly text: string; readonly quantity: ReturnType<typeof parseQuantity> }

function readQuantities(
  key: string,
  amounts: Amounts | null | undefined,
  diagnostics: Diagnostic[],
): Map<string, Amount> {
  const read = new Map<string, Amount>()
  for (const [name, value] of Object.entries(amounts ?? {})) {
    const path = `.${key}.${shownKey(name)}`
    if (!isResourceName(name)) {
      diagnostics.push(...about(path, [notKnown(name, resourceNames)]))
      continue
    }
    const text = String(value)
    const wrong = validateQuantity(name, text)
    if (wrong.length === 0) read.set(name, { text, quantity: parseQuantity(text) })
    diagnostics.push(...about(path, about(shownText(value), wrong)))
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

function validateQuantity(name: string, text: string): readonly Diagnostic[] {
  if (name === 'memory' || name === 'ephemeral-storage' || name.startsWith('hugepages-'))
    return validateBytes(text)
  const quantity = parseQuantity(text)
  const isQuantity = quantity !== undefined && quantity.units >= 0n
  return isQuantity ? [] : [{ message: 'must be a quantity such as 50m' }]
}
