/** The resources of the init container, validated as the API server validates the `resources` of a container. */
import { isMap } from '../../api/json.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'
import { isDnsLabel } from '../../api/dns-label.ts'
import { about, type Diagnostic, quote } from '../../api/diagnostic.ts'
import { notKnown } from '../../api/suggest.ts'
import { type JsonSchema, shownText, yamlOption } from '../krm/options.ts'
import type { Value, ValueMap } from '../yaml/value.ts'
import { shownKey, unknownKeys } from '../krm/unknown-keys.ts'
import { compareQuantities, parseQuantity, validateBytes } from './quantity.ts'

const quantities: JsonSchema = {
  type: 'object',
  additionalProperties: { anyOf: [{ type: 'string' }, { type: 'number' }] },
}

export const resourcesOption = yamlOption<ValueMap>(
  'the requests and limits of the init container',
  { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: '1', memory: '128Mi' } },
  'requests 50m and 64Mi, limits 1 and 128Mi',
  {
    type: 'object',
    properties: {
      requests: quantities,
      limits: quantities,
      claims: {
        type: 'array',
        items: {
          type: 'object',
          properties: { name: { type: 'string' }, request: { type: 'string' } },
          required: ['name'],
          additionalProperties: false,
        },
      },
    },
    additionalProperties: false,
  },
  parseResources,
)

function parseResources(value: Value): Parsed<ValueMap> {
  if (!isMap(value)) return invalid('is not a map with requests and limits')
  const diagnostics = unknownKeys(value, ['requests', 'limits', 'claims'])
  const requests = readQuantities('requests', value['requests'], diagnostics)
  const limits = readQuantities('limits', value['limits'], diagnostics)
  for (const [name, request] of requests) {
    const limit = limits.get(name)
    if (limit === undefined || request.quantity === undefined || limit.quantity === undefined) continue
    if (compareQuantities(request.quantity, limit.quantity) > 0) {
      const both = `${quote(request.text)} is more than .limits.${name} ${quote(limit.text)}`
      diagnostics.push({ message: `.requests.${name} ${both}` })
    }
  }
  diagnostics.push(...validateClaims(value['claims']))
  return diagnostics.length > 0 ? { diagnostics } : { value }
}

type Amount = { readonly text: string; readonly quantity: ReturnType<typeof parseQuantity> }

function readQuantities(key: string, map: Value | undefined, diagnostics: Diagnostic[]): Map<string, Amount> {
  const read = new Map<string, Amount>()
  if (map === undefined || map === null) return read
  if (!isMap(map)) {
    diagnostics.push({ message: `.${key} is not a map of quantities, such as memory: 64Mi` })
    return read
  }
  for (const [name, value] of Object.entries(map)) {
    const path = `.${key}.${shownKey(name)}`
    if (!isResourceName(name)) {
      diagnostics.push(...about(path, [notKnown(name, resourceNames)]))
      continue
    }
    const text = typeof value === 'number' ? String(value) : value
    const wrong = typeof text === 'string' ? validateQuantity(name, text) : { message: 'is not a quantity' }
    if (wrong !== undefined) diagnostics.push(...about(path, about(shownText(value), [wrong])))
    else if (typeof text === 'string') read.set(name, { text, quantity: parseQuantity(text) })
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

function validateQuantity(name: string, text: string): Diagnostic | undefined {
  if (name === 'memory' || name === 'ephemeral-storage' || name.startsWith('hugepages-'))
    return validateBytes(text)
  const quantity = parseQuantity(text)
  return quantity === undefined || quantity.units < 0n
    ? { message: 'is not a quantity such as 50m' }
    : undefined
}

function validateClaims(claims: Value | undefined): Diagnostic[] {
  if (claims === undefined || claims === null) return []
  const shape = 'is not a list of maps with the name of a resourceClaim of the pod'
  if (!Array.isArray(claims)) return [{ message: `.claims ${shape}` }]
  return claims.flatMap((claim: Value, index) => {
    if (!isMap(claim)) return [{ message: `.claims[${index}] is not a map with a name` }]
    const { name = null, request = '' } = claim
    const diagnostics = unknownKeys(claim, ['name', 'request'])
    if (typeof name !== 'string' || !isDnsLabel(name))
      diagnostics.push(...about('.name', about(shownText(name), [{ message: 'is not a valid name' }])))
    if (typeof request !== 'string') diagnostics.push({ message: '.request is not a string' })
    return about(`.claims[${index}]`, diagnostics)
  })
}
