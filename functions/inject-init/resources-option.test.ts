import t from 'tap'
import { linesOf } from '../../api/diagnostic.ts'
import type { Value } from '../yaml/value.ts'
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
  ['a list', [], 'is not a map with requests and limits'],
  ['a misspelt part', { limit: {} }, `.limit is not known: ${known}, hint: did you mean limits?`],
  ['a resource at the top', { cpu: '1' }, `.cpu is not known: ${known}`],
  ['a string', { limits: '1' }, '.limits is not a map of quantities, such as memory: 64Mi'],
  [
    'unknown resources',
    { limits: { mem: '1Gi', CPU: '1' } },
    '.limits.mem is not known: known are cpu, memory, ephemeral-storage',
    '.limits.CPU is not known: known are cpu, memory, ephemeral-storage, hint: did you mean cpu?',
  ],
  [
    'invalid quantities',
    { requests: { cpu: 'half', memory: '64MB' }, limits: { memory: true } },
    '.requests.cpu "half" is not a quantity such as 50m',
    '.requests.memory "64MB" is not a quantity such as 16Mi',
    '.limits.memory true is not a quantity',
  ],
  ['a negative quantity', { limits: { cpu: -1 } }, '.limits.cpu -1 is not a quantity such as 50m'],
  [
    'thousandths of a byte',
    { limits: { memory: '64m' } },
    '.limits.memory "64m" is not a whole number of bytes, hint: did you mean 64Mi?',
  ],
  [
    'requests above the limits',
    { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '500m', memory: '1G' } },
    '.requests.cpu "1" is more than .limits.cpu "500m"',
    '.requests.memory "1Gi" is more than .limits.memory "1G"',
  ],
  [
    'invalid claims',
    { claims: [{ name: 'A' }, 'b', { nam: 'c' }] },
    '.claims[0].name "A" is not a valid name',
    '.claims[1] is not a map with a name',
    '.claims[2].nam is not known: known are name, request, hint: did you mean name?',
    '.claims[2].name is not a valid name',
  ],
]
for (const [title, value, ...messages] of refused) {
  const found = resourcesOption.parse(value).diagnostics?.map((one) => linesOf(one).join(', '))
  t.strictSame(found, messages, title)
}
