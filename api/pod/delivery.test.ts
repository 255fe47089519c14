import t from 'tap'
import { type Delivery, deliveryOf, sortOf } from './delivery.ts'
import { parseDeclaration } from '../declaration/parse-declaration.ts'

const rows: readonly (readonly [
  what: 'secret' | 'resource' | 'compose',
  text: string,
  delivery: Delivery,
])[] = [
  ['secret', 'kind=REFERENCE,type=TEXT', { to: 'line' }],
  ['secret', 'kind=REFERENCE,type=TEXT,file=tls/key', { to: 'file', path: 'tls/key' }],
  ['secret', 'kind=DYNAMIC,type=RANDOM,size=8,file=a,mode=0400', { to: 'file', path: 'a', mode: 0o400 }],
  ['secret', 'kind=REFERENCE,type=RSA,env=KEY', { to: 'env', key: 'secret.db.x', name: 'KEY' }],
  [
    'resource',
    'env=KEY,containers="app,worker"',
    { to: 'env', key: 'resource.db.x', name: 'KEY', containers: ['app', 'worker'] },
  ],
  ['resource', 'deliver=none', { to: 'none' }],
  ['compose', 'text=a', { to: 'line' }],
  ['compose', 'env=URL,text=a', { to: 'env', key: 'compose.db.x', name: 'URL' }],
]
for (const [what, text, delivery] of rows) {
  const { declaration } = parseDeclaration(what, `${what}.bsycorp.com/db.x`, 'db.x', text)
  t.strictSame(declaration && deliveryOf(declaration), delivery, `${what}: ${text}`)
  t.equal(declaration && sortOf(declaration), what === 'resource' ? 'resource' : 'secret')
}
