import t from 'tap'
import { linesOf } from '../../../api/diagnostic.ts'
import type { Value } from '../../yaml/value.ts'
import { resourcesOption } from './resources-option.ts'

const accepted: readonly (readonly [title: string, value: Value])[] = [
  ['nothing', {}],
  ['requests and limits', { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: 1, memory: '1e9' } }],
  ['requests that are the limits', { requests: { cpu: '1000m' }, limits: { cpu: '1' } }],
  ['a limit of another resource', { requests: { memory: '1Gi' }, limits: { cpu: '1m' } }],
  ['numbers', { limits: { cpu: 0.5, memory: 134217728 } }],
  [
    'extended resources and huge pages',
    { limits: { 'ephemeral-storage': '1Gi', 'hugepages-2Mi': '4Mi', 'vendor.example/thing': 1 } },
  ],
  ['claims', { claims: [{ name: 'gpu', request: 'one' }] }],
  ['empty parts, as a template may generate them', { requests: null, limits: {} }],
]
for (const [title, value] of accepted) t.strictSame(resourcesOption.parse(value), { value }, title)

const known = 'known are requests, limits, claims'
const refused: readonly (readonly [title: string, value: Value, ...messages: string[]])[] = [
  ['a list', [], 'must be a map with requests, limits or claims'],
  ['a misspelt part', { limit: {} }, `.limit is not known: ${known}, hint: did you mean "limits"?`],
  ['a resource at the top', { cpu: '1' }, `.cpu is not known: ${known}`],
  ['a string', { limits: '1' }, '.limits "1" must be a map'],
  [
    'unknown resources',
    { limits: { mem: '1Gi', CPU: '1' } },
    '.limits.mem is not known: known are cpu, memory, ephemeral-storage',
    '.limits.CPU is not known: known are cpu, memory, ephemeral-storage, hint: did you mean "cpu"?',
  ],
  [
    'invalid quantities',
    { requests: { cpu: 'half', memory: '64MB' } },
    '.requests.cpu "half" must be a quantity such as 50m',
    '.requests.memory "64MB" must be a quantity such as 16Mi',
  ],
  [
    'a quantity that is neither a string nor a number',
    { limits: { memory: true } },
    '.limits.memory true must be a string, or a number',
  ],
  ['a negative quantity', { limits: { cpu: -1 } }, '.limits.cpu -1 must be a quantity such as 50m'],
  [
    'thousandths of a byte',
    { limits: { memory: '64m' } },
    '.limits.memory "64m" must be a whole number of bytes, hint: did you mean "64Mi"?',
  ],
  [
    'requests above the limits',
    { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '500m', memory: '1G' } },
    '.requests.cpu "1" must not be more than .limits.cpu "500m"',
    '.requests.memory "1Gi" must not be more than .limits.memory "1G"',
  ],
  [
    'invalid claims',
    { claims: [{ name: 'A' }, 'b', { nam: 'c' }] },
    '.claims[0].name "A" must be a DNS label: at most 63 lower-case letters, digits and "-", not beginning or ending with "-"',
    '.claims[1] must be a map with name, and optionally request',
    '.claims[2].nam is not known: known are name, request, hint: did you mean "name"?',
    '.claims[2].name is missing',
  ],
]
for (const [title, value, ...messages] of refused) {
  const { diagnostics = [] } = resourcesOption.parse(value)
  t.strictSame(
    diagnostics.map((one) => linesOf(one).join(', ')),
    messages,
    title,
  )
}
