/** Generated lists of manifests, in every style of indentation, give the same output as if they had been parsed as a whole. */
import fc from 'fast-check'
import t from 'tap'
import { runs, triesMany } from '../../api/test-effort.ts'
import { splitItems } from '../krm/split-items.ts'
import { runFunction, runOnWhole } from '../krm/run-function.ts'
import { print, style, workload } from './arbitrary-manifest.ts'
import { undeclare } from './fixtures.ts'
import { injectInit } from './inject-init.ts'

const flat = style.map((one) => ({ ...one, json: null, crlf: false, ended: true }))
const orchestrators = fc.constantFrom('', 'internal.config.kubernetes.io/id', 'kustomize.config.k8s.io/id')
const manifest = fc.record({
  value: workload,
  printed: flat,
  declared: fc.boolean(),
  /** Adds an alias, to itself or to its neighbours. */
  anchor: fc.constantFrom('', '&n1 ', '&n2 '),
  alias: fc.constantFrom('', '', '', '', '', '', '', 'status: *n1', 'status: *n2'),
})
const list = fc.record({
  manifests: fc.array(manifest, { minLength: 1, maxLength: 4 }),
  orchestrator: orchestrators,
  column: fc.constantFrom(0, 2),
  config: fc.constantFrom(
    '',
    '',
    'functionConfig: {apiVersion: v1, kind: ConfigMap, data: {image: "example/init:1", strict: "true"}}\n',
    'functionConfig:\n  apiVersion: kees.bsycorp.com/v1alpha1\n  kind: InjectInit\n  spec:\n    containers: [nobody]\n',
  ),
  front: fc.boolean(),
  results: fc.constantFrom('', 'results:\n- message: old\n'),
})

const text = list.map(({ manifests, orchestrator, column, config, front, results }) => {
  const items = manifests.map(({ value, printed, declared, anchor, alias }) => {
    const { metadata } = value
    const annotations = { ...metadata.annotations, ...(orchestrator === '' ? {} : { [orchestrator]: '1' }) }
    const object = { ...value, metadata: { ...metadata, ...(orchestrator === '' ? {} : { annotations }) } }
    const source = print(object, printed).replace(/^( *hostname:) /m, `$1 ${anchor}`) + alias
    return (declared ? source : undeclare(source)).replace(/\n$/, '')
  })
  const indented = items.map((item) => {
    const lines = item.replaceAll('\n', `\n${' '.repeat(column + 2)}`)
    return `${' '.repeat(column)}- ${lines}\n`
  })
  const head = 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n'
  return `${front ? config : ''}${head}items:\n${indented.join('')}${front ? '' : config}${results}`
})

t.test('the output is the same when the input is read in pieces and as a whole', async (t) => {
  let cut = 0
  const { numRuns } = runs(200)
  let valid = 0
  fc.assert(
    fc.property(text, (input) => {
      const whole = runOnWhole(injectInit, input)
      if (whole.stdout === '') return
      valid++
      if (splitItems(input)) cut++
      t.strictSame(runFunction(injectInit, input), whole)
      t.strictSame(runFunction(injectInit, whole.stdout), runOnWhole(injectInit, whole.stdout))
    }),
    { numRuns },
  )
  if (triesMany) t.ok(cut > numRuns / 10, `${cut} of ${valid} were cut`)
})
