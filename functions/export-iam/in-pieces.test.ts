/** Lists with everything that export-iam looks for come out as if they had been parsed whole. */
import fc from 'fast-check'
import t from 'tap'
import { runs, triesMany } from '../../api/test-effort.ts'
import { splitItems } from '../krm/split-items.ts'
import { runFunction, runOnWhole } from '../krm/run-function.ts'
import { exportIam } from './export-iam.ts'

const container = 'name: init-container'
const record = `'{"container":"init-container","volumes":[],"mounts":[]}'`
const injected = `kees.bsycorp.com/injected: ${record}`

const annotation = fc.constantFrom(
  '',
  'secret.bsycorp.com/a: kind=REFERENCE,type=PASSWORD',
  '"secret.bsycorp.c\\x6fm/b": kind=REFERENCE,type=PASSWORD',
  'secret.bsycorp.com/c: kind=DYNAMIC,type=RANDOM,size=128',
  'secret.bsycorp.com/c: kind=DYNAMIC,type=RANDOM,size=256',
  'secret.bsycorp.com/d: kind=REFERENCE',
  'example.com/e: f',
)
const role = fc.constantFrom('', 'iam.amazonaws.com/role: app', 'iam.amazonaws.com/role: other')
const own = fc.constantFrom(injected, injected, injected, '', 'secret.bsycorp.com/misplaced: x')
const packages = fc.constantFrom(
  '',
  '',
  '',
  'internal.config.kubernetes.io/package-path: /a',
  'internal.config.kubernetes.io/package-path: /a/b',
)
const deployment = fc
  .record({ name: fc.constantFrom('a', 'b'), own, packages, role, annotation })
  .map((one) =>
    object(
      'apps/v1',
      'Deployment',
      one.name,
      [one.own, one.packages],
      [
        'spec:',
        '  template:',
        '    metadata:',
        `      annotations: {${[one.role, one.annotation]
          .filter((text) => text !== '')
          .map((text) => text.replaceAll(',', ',').replace(/: (kind.*)$/, ": '$1'"))
          .join(', ')}}`,
        `    spec: {initContainers: [{${container}}], containers: [{name: app}]}`,
      ],
    ),
  )
const configMap = fc
  .record({
    name: fc.constantFrom('terraform', 'other', 'custom'),
    marker: fc.constantFrom(
      '',
      'kees.bsycorp.com/generated-by: export-iam',
      '"kees.bsycorp.com\\/generated-by": export-iam',
    ),
    packages,
    kind: fc.constantFrom('ConfigMap', '"Config\\u004dap"', 'Secret'),
  })
  .map((one) => object('v1', one.kind, one.name, [one.marker, one.packages], ['data: {a: b}']))

function object(
  apiVersion: string,
  kind: string,
  name: string,
  annotations: readonly string[],
  rest: readonly string[],
) {
  const lines = [
    `apiVersion: ${apiVersion}`,
    `kind: ${kind}`,
    'metadata:',
    `  name: ${name}`,
    '  annotations:',
    ...['example.com/own: x', ...annotations].filter((line) => line !== '').map((line) => `    ${line}`),
    ...rest,
  ]
  return `- ${lines.join('\n  ')}\n`
}

const config = fc.constantFrom(
  '',
  'functionConfig: {apiVersion: v1, kind: ConfigMap, data: {name: custom}}\n',
  'functionConfig: {apiVersion: v1, kind: ConfigMap, data: {output: only}}\n',
  'functionConfig: {apiVersion: v1, kind: ConfigMap, data: {strict: "true", allowUninjected: "true"}}\n',
)
const list = fc
  .record({ items: fc.array(fc.oneof(deployment, configMap), { minLength: 1, maxLength: 6 }), config })
  .map(
    (one) =>
      `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${one.items.join('')}${one.config}`,
  )

t.test('in pieces as whole', async (t) => {
  let done = 0
  const { numRuns } = runs(200)
  fc.assert(
    fc.property(list, (text) => {
      const whole = runOnWhole(exportIam, text)
      t.ok(splitItems(text), 'it is cut')
      if (whole.exit === 0) done++
      t.strictSame(runFunction(exportIam, text), whole)
    }),
    { numRuns },
  )
  if (triesMany) t.ok(done > numRuns / 10, `${done} led to a module`)
})
