import t from 'tap'
import { mountsOf, partNamed, plainVariable } from './container-parts.ts'
import { parseSource } from '../yaml/parse.ts'

const { value = [] } = parseSource(`spec:
  initContainers:
    - name: init
      env:
        - {name: A, value: plain}
        - {name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
      volumeMounts:
        - {name: secret-volume, mountPath: /secret}
        - {name: broken}
    - not a map
  volumes: none
`)
const node = value[0]?.root
if (!node) throw new Error('there is no document')
const template = { node, key: '', path: [], annotations: [], diagnostics: [] }
const init = partNamed(template, 'initContainers', 'init')

t.test('a part is found by its name, where there is a list', async (t) => {
  t.ok(init)
  t.equal(partNamed(template, 'initContainers', 'other'), undefined)
  t.equal(partNamed(template, 'volumes', 'init'), undefined)
})

t.test('a variable with valueFrom has no value', async (t) => {
  const values = ['A', 'B', 'C'].map((name) => init && plainVariable(init, name))
  t.strictSame(values, ['plain', undefined, undefined])
})

t.test('an absent field of a mount is empty', async (t) => {
  t.strictSame(init && mountsOf(init), [
    { name: 'secret-volume', path: '/secret' },
    { name: 'broken', path: '' },
  ])
})
