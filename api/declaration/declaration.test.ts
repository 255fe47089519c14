import t from 'tap'
import { secretPinOf, selectorOf, type StoredDeclaration } from './declaration.ts'

const named = { name: 'db.password' } as const

const rows: readonly (readonly [
  title: string,
  declaration: StoredDeclaration,
  selector: string | undefined,
])[] = [
  [
    'a version is the selector of a secret',
    { ...named, what: 'secret', kind: 'REFERENCE', type: 'PASSWORD', version: '3' },
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

const secret = { what: 'resource', name: 'a', from: 'secretsmanager', storageKey: 'rds!x' } as const
t.strictSame(secretPinOf({ ...secret, label: 'AWSPREVIOUS' }), { stage: 'AWSPREVIOUS' })
t.strictSame(secretPinOf({ ...secret, version: 'a' }), { versionId: 'a' })
t.equal(secretPinOf(secret), undefined)
t.equal(selectorOf({ ...secret, label: 'AWSPREVIOUS' }), undefined, 'it has no selector of SSM')
t.equal(secretPinOf({ ...named, what: 'resource', label: 'live' }), undefined)
