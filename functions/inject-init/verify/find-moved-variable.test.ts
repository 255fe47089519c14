import t from 'tap'
import { findMovedVariable } from './find-moved-variable.ts'

const spec = (...env: readonly string[]) => ({
  containers: [
    { name: 'proxy' },
    {
      name: 'app',
      env: env.map((name) => (name.startsWith('URL') ? { name, value: 'https://$(A)/$(B)' } : { name })),
    },
  ],
})
const pathTo = (item: string, index: number) => [
  'containers',
  { item: 'app', index: 1 },
  'env',
  { item, index },
]

t.strictSame(
  findMovedVariable(spec('OWN', 'URL', 'A'), spec('A', 'OWN', 'URL')),
  { path: pathTo('A', 2), reader: 'URL' },
  'the variable that moves is named with its position, and the one that refers to it',
)
t.strictSame(
  findMovedVariable(spec('A', 'URL', 'B', 'URL2'), spec('B', 'A', 'URL', 'URL2')),
  { path: pathTo('B', 2), reader: 'URL' },
  'one that stays is not named',
)
t.equal(findMovedVariable(spec('OWN', 'A'), spec('A', 'OWN')), undefined, 'nothing refers to it')
t.equal(findMovedVariable(spec('A'), spec('A')), undefined, 'the same order')
t.equal(findMovedVariable(null, null), undefined, 'no spec')
