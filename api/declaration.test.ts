import t from 'tap'
import { type Declaration, selectorOf } from './declaration.ts'

const named = { name: 'db.password' } as const

const rows: readonly (readonly [title: string, declaration: Declaration, selector: string | undefined])[] = [
  [
    'a version is the selector of a secret',
    { ...named, what: 'secret', kind: 'REFERENCE', type: 'PASSWORD', version: 3 },
    '3',
  ],
  ['a label is the selector of a resource', { ...named, what: 'resource', label: 'live' }, 'live'],
  ['without a pin there is no selector', { ...named, what: 'resource' }, undefined],
  [
    'a DYNAMIC secret has no selector',
    { ...named, what: 'secret', kind: 'DYNAMIC', type: 'PASSWORD', size: 128 },
    undefined,
  ],
]

for (const [title, declaration, selector] of rows) t.equal(selectorOf(declaration), selector, title)
