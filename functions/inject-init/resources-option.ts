/** The resources of the init container, validated as the API server validates the `resources` of a container. */
import { isMap } from '../../api/json.ts'
import type { Parsed } from '../../api/parsed.ts'
import { isDnsLabel } from '../../api/dns-label.ts'
import { quote } from '../../api/diagnostic.ts'
import { notKnown } from '../../api/suggest.ts'
import { type JsonSchema, shownText, yamlOption } from '../krm/options.ts'
import type { Value, ValueMap } from '../yaml/value.ts'
import { shownKey, unknownKeys } from '../krm/unknown-keys.ts'
import { bytesProblem, compareQuantities, parseQuantity } from './quantity.ts'

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
  if (!isMap(value)) return { problem: 'is not a map with requests and limits' }
  const problems = unknownKeys(value, ['requests', 'limits', 'claims'])
  const requests = readQuantities('requests', value['requests'], problems)
  const limits = readQuantities('limits', value['limits'], problems)
  for (const [name, request] of requests) {
    const limit = limits.get(name)
    if (limit === undefined || request.quantity === undefined || limit.quantity === undefined) continue
    if (compareQuantities(request.quantity, limit.quantity) > 0) {
      const both = `${quote(request.text)} is more than .limits.${name} ${quote(limit.text)}`
      problems.push(`.requests.${name} ${both}`)
    }
  }
  problems.push(...claimProblems(value['claims']))
  return problems.length > 0 ? { problem: problems.join('; ') } : { value }
}

type Amount = { readonly text: string; readonly quantity: ReturnType<typeof parseQuantity> }

function readQuantities(key: string, map: Value | undefined, problems: string[]): Map<string, Amount> {
  const read = new Map<string, Amount>()
  if (map === undefined || map === null) return read
  if (!isMap(map)) {
    problems.push(`.${key} is not a map of quantities, such as memory: 64Mi`)
    return read
  }
  for (const [name, value] of Object.entries(map)) {
    const path = `.${key}.${shownKey(name)}`
    if (!isResourceName(name)) {
      problems.push(`${path} ${notKnown(name, resourceNames)}`)
      continue
    }
    const text = typeof value === 'number' ? String(value) : value
    const problem = typeof text === 'string' ? quantityProblem(name, text) : 'is not a quantity'
    if (problem !== undefined) problems.push(`${path} ${shownText(value)}${problem}`)
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

function quantityProblem(name: string, text: string): string | undefined {
  if (name === 'memory' || name === 'ephemeral-storage' || name.startsWith('hugepages-'))
    return bytesProblem(text)
  const quantity = parseQuantity(text)
  return quantity === undefined || quantity.units < 0n ? 'is not a quantity such as 50m' : undefined
}

function claimProblems(claims: Value | undefined): string[] {
  if (claims === undefined || claims === null) return []
  const shape = 'is not a list of maps with the name of a resourceClaim of the pod'
  if (!Array.isArray(claims)) return [`.claims ${shape}`]
  return claims.flatMap((claim: Value, index) => {
    if (!isMap(claim)) return [`.claims[${index}] is not a map with a name`]
    const { name = null, request = '' } = claim
    const problems = unknownKeys(claim, ['name', 'request'])
    if (typeof name !== 'string' || !isDnsLabel(name)) problems.push(`.name ${shownText(name)}is not a name`)
    if (typeof request !== 'string') problems.push('.request is not a text')
    return problems.map((problem) => `.claims[${index}]${problem}`)
  })
}
