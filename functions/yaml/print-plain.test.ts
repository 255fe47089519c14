import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../../api/test-effort.ts'
import { value as anyValue } from './arbitrary-yaml.ts'
import { printPlain } from './print-plain.ts'
import { printAny } from './stringify.ts'
import type { Value } from './value.ts'

const lists = ['wide', 'compact'] as const

const container = {
  name: 'init-container',
  image: 'registry.example.com/kees/init:v1.2.3',
  env: [
    { name: 'SECRETS_FILE', value: '/secret/secrets.properties' },
    { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  ],
  args: ['init', 'refresh'],
  nested: [['a', 'b'], { c: ['d'] }],
  resources: { limits: { cpu: '1', memory: '128Mi' }, requests: { cpu: '50m' } },
  securityContext: { capabilities: { drop: ['ALL'] }, runAsNonRoot: true, runAsUser: 65532 },
  record: '{"container":"init-container","mounts":["app"]}',
}

t.test('what kees adds to a pod', async (t) => {
  for (const style of lists)
    for (const value of [container, [container], { initContainers: [container] }]) {
      t.ok(printPlain(value, style), 'is plain')
      t.strictSame(printPlain(value, style), printAny(value, style), 'has the lines of the yaml package')
    }
})

t.test('what needs other quotes or more lines is left to the yaml package', async (t) => {
  for (const text of ['yes', 'Null', '', 'a b', 'a: b', '#a', '1.5', '0777', '1e3', 'é', 'a\nb', '{"it\'s"}'])
    t.equal(printPlain({ a: text }, 'wide'), undefined, text)
  for (const value of [null, 0, -1, 1.5, {}, []]) t.equal(printPlain({ a: value }, 'wide'), undefined)
  t.equal(printPlain({ yes: 'a' }, 'wide'), undefined, 'a key')
})

const text = fc.oneof(
  fc.constantFrom(
    'y',
    'Off',
    'a:b',
    'a:',
    ':a',
    '/',
    '/a:1',
    '12:30',
    '50m',
    '1',
    '08',
    '{"a":1}',
    '{"',
    '-',
    'a-',
  ),
  fc.stringMatching(/^[\w./:{}"'-]{1,8}$/),
)
const plain = fc.letrec<{ value: Value; map: Value; list: Value }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, text, fc.nat(), fc.boolean(), tie('list'), tie('map')),
  list: fc.array(tie('value'), { minLength: 1, maxLength: 3 }),
  map: fc.dictionary(text, tie('value'), { minKeys: 1, maxKeys: 3 }),
}))

t.test('what is printed here has the lines of the yaml package, whatever it is', async () => {
  const some = fc.oneof(plain.map, plain.list, anyValue.map, anyValue.list)
  const property = fc.property(some, fc.constantFrom(...lists), (value, style) => {
    const lines = printPlain(value, style)
    return !lines || isDeepStrictEqual(lines, printAny(value, style))
  })
  fc.assert(property, runs(2000))
})
