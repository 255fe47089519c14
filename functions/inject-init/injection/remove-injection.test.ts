import t from 'tap'
import { injectText, undeclare } from '../fixtures.ts'
import { parseInjectConfig } from '../options/config.ts'

const { config } = parseInjectConfig({ given: [{ name: 'image', value: 'example/init:1' }] })

/** An object whose lists and annotations are written in one way. @param empty makes them. */
function manifest(empty: (brackets: string, column: number) => string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
  annotations:${empty('{}', 4)}
spec:
  template:
    metadata:
      annotations:
        secret.bsycorp.com/db.password: "kind=REFERENCE,type=PASSWORD"
    spec:
      initContainers:${empty('[]', 8)}
      containers:
        - name: app
          volumeMounts:${empty('[]', 12)}
      volumes:${empty('[]', 8)}
`
}

const below = (column: number) => `\n${' '.repeat(column)}`
const rows: readonly (readonly [title: string, empty: (brackets: string, column: number) => string])[] = [
  ['a comment inside', ([open, close], to) => ` ${open}${below(to)}# x${below(to)}${close}`],
  ['a comment behind the bracket', ([open, close], to) => ` ${open} # x, ]${below(to)}${close} # y`],
  ['a comment at the key', (brackets, to) => ` # x${below(to)}${brackets}`],
  ['a comment above', (brackets, to) => `${below(to)}# x${below(to)}${brackets}`],
  ['a comment behind a value on its own line', (brackets, to) => `${below(to)}${brackets} # x`],
  ['an empty value with a comment at the key', (_, to) => ` # x${below(to)}~`],
  ['a comment below the key alone', (_, to) => `${below(to)}# x`],
  ['a tag', (brackets) => ` ${brackets === '[]' ? '!!seq' : '!!map'} ${brackets}`],
  ['an anchor', (brackets) => ` &x ${brackets}`],
]
for (const [title, empty] of rows) {
  for (const lineEnd of ['\n', '\r\n']) {
    t.test(`an empty list and empty annotations with ${title}`, async (t) => {
      const text = manifest(empty).replaceAll('\n', lineEnd)
      const injected = injectText(text, config)
      t.equal(injectText(injected, config), injected, 'are the same after a second injection')
      t.equal(injectText(undeclare(injected), config), undeclare(text), 'come back byte for byte')
      const comments = (one: string) => one.match(/# .*/g)?.length ?? 0
      t.equal(comments(injected), comments(text), 'keep their comments while there are items')
    })
  }
}

const declaration = 'secret.bsycorp.com/p: "kind=REFERENCE,type=PASSWORD"'
const podRows: readonly (readonly [title: string, annotations: string, left: string])[] = [
  ['a comment above', `annotations:\n    # ours\n    ${declaration}`, 'annotations:\n    # ours'],
  ['a comment below', `annotations:\n    ${declaration}\n    # ours`, 'annotations:\n    # ours'],
  ['a comment at the key', `annotations: # ours\n    ${declaration}`, 'annotations: # ours'],
  ['no comment', `annotations:\n    ${declaration}`, 'annotations:'],
  ['brackets', `annotations: {${declaration}}`, 'annotations: {}'],
  [
    'a comment in brackets',
    `annotations: {\n    # ours\n    ${declaration}\n  }`,
    'annotations: {\n    # ours\n    \n  }',
  ],
]
for (const [title, annotations, left] of podRows) {
  t.test(`the annotations of a Pod with ${title}`, async (t) => {
    const pod = (one: string) =>
      `apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\n  ${one}\nspec:\n  containers:\n    - name: app\n`
    const injected = injectText(pod(annotations), config)
    const undeclared = annotations.includes('{')
      ? injected.replace(/secret\.bsycorp\.com\/p: "[^"]*",? ?/, '')
      : injected.replace(/^ *secret.*\n/m, '')
    t.equal(injectText(undeclared, config), pod(left), 'are what they are without the declaration')
  })
}

t.test('a comment beside the record alone stays with its key', async (t) => {
  const injected = injectText(
    manifest(() => '').replace('  annotations:\n', '  annotations:\n    # note\n    a: b\n'),
    config,
  )
  const removed = injectText(undeclare(injected).replace('    a: b\n', ''), config)
  t.match(removed, '  annotations:\n    # note\nspec:')
})

t.test('an object of which another tool made JSON after the injection', async (t) => {
  const annotations = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' }
  const pod = { metadata: { annotations }, spec: { containers: [{ name: 'app' }] } }
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app' },
    spec: { template: pod },
  }
  const injected = injectText(JSON.stringify(deployment), config).replace(
    '\\"mounts\\"',
    String.raw`\"empty\":{\"annotations\":\"\",\"volumes\":\" ~\"},\"mounts\"`,
  )
  const removed = JSON.parse(injectText(undeclare(injected), config))
  t.equal(removed.metadata.annotations, null, 'null is written as JSON writes it')
  t.equal(removed.spec.template.spec.volumes, null)
})
