/** A ResourceList that is read in pieces comes out as if it had been parsed whole. */
import fc from 'fast-check'
import t from 'tap'
import { runs, triesMany } from '../../api/test-effort.ts'
import { print, style, value as values } from '../yaml/arbitrary-yaml.ts'
import { splitItems } from './split-items.ts'
import type { KrmFunction } from './krm-function.ts'
import type { Result } from './result.ts'
import { annotationsOf } from './manifest-item.ts'
import { runFunction, runOnWhole } from './run-function.ts'
import { Editor } from '../yaml/editor.ts'
import type { Value } from '../yaml/value.ts'

/** Adds a label to every object that has an annotation of example.com, and reports it. */
const label: KrmFunction = {
  name: 'label',
  purpose: 'Labels.',
  configKind: 'Label',
  options: {},
  begin: ({ config, orchestrator }) => {
    const results: Result[] = []
    return {
      concerns: (contains) => contains('.example.com/'),
      process: (item) => {
        const { document, root, object } = item
        if (![...annotationsOf(item).keys()].some((key) => key.includes('.example.com/'))) return []
        const editor = new Editor(document)
        const metadata = editor.mapAt(root, ['metadata'])
        if (metadata) editor.addEntry(metadata, 'labels', { seen: 'yes' })
        const { edits, diagnostics } = editor.finish()
        const message = `${orchestrator} ${diagnostics.map((one) => one.message).join()}`
        results.push({ severity: diagnostics.length > 0 ? 'error' : 'warning', message, object, exit: 1 })
        return edits
      },
      end: () => {
        const generated = { object: { apiVersion: 'v1', kind: 'ConfigMap' }, only: false }
        return { results, ...(config.given.length > 0 ? { generated } : {}) }
      },
    }
  },
}

const annotation = fc.constantFrom(
  'secret.example.com/a',
  'example.com',
  'internal.config.kubernetes.io/id',
  'kustomize.config.k8s.io/id',
)
const item = fc
  .record({
    annotations: fc.dictionary(annotation, fc.constant('x')),
    rest: values.value,
    kind: fc.constantFrom('Pod', 'List'),
  })
  .map(({ annotations, rest, kind }) => {
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', annotations }, rest }
    return kind === 'Pod' ? object : { apiVersion: 'v1', kind, items: [object, rest] }
  })
const list = fc.record({
  items: fc.array(fc.oneof({ weight: 5, arbitrary: item }, { weight: 1, arbitrary: values.value }), {
    minLength: 1,
    maxLength: 4,
  }),
  functionConfig: fc.option(fc.constant({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b' } }), {
    nil: undefined,
  }),
  results: fc.option(fc.array(fc.constant({ message: 'old' })), { nil: undefined }),
  front: fc.boolean(),
})
const plain = fc.record({
  value: list.map(({ items, functionConfig, results, front }): Value => {
    const rest = { ...(functionConfig && { functionConfig }), ...(results && { results }) }
    const type = { apiVersion: 'config.kubernetes.io/v1', kind: 'ResourceList' }
    return front ? { ...rest, ...type, items } : { ...type, items, ...rest }
  }),
  style: style.map((one): typeof one => ({
    ...one,
    // The list itself is as programs write it.
    crlf: false,
    mark: false,
    start: false,
    ended: true,
    end: '',
    touches: ['', '', '', '', ...one.touches],
  })),
})

/** Lines that turn up where nobody expects them. */
const stray = fc.oneof(
  fc.constantFrom('- b', '-', '- - b', '  - b', '- "x', '  x"', '"', "'", "- 'x", '  k: "x', '  k: [x', ']'),
  fc.constantFrom(
    '  ]',
    '  k: |',
    '  k: >-',
    '# c',
    '   # c',
    '',
    '  ',
    '\t',
    '---',
    '...',
    '%YAML 1.2',
    '\0',
  ),
  fc.constantFrom('? k', ': v', '  ? k', '  : v', 'k: v', 'items:', 'items: []', 'results: *n1', '  - k: v'),
  fc.constantFrom('  k: &n1 v', '  k: *n1', '- *n2', '- &n2 v', '  <<: *n3', '  &n3 k: v', '  metadata: &n4'),
  fc.constantFrom('  metadata: *n4', '  "secret.example\\x2ecom/a": x', '    secret.example.com/a: x'),
  fc.constantFrom(
    '- apiVersion: v1',
    '  apiVersion: v1',
    '  kind: Pod',
    '- kind: List',
    '- kind: PodList',
    '  items:',
    '  metadata:',
  ),
  fc.constantFrom(
    '  metadata: {annotations: {secret.example.com/a: x}}',
    '    annotations:',
    '      &n5 a: *n5',
  ),
)
const mutated = fc
  .record({
    text: plain.map(({ value: root, style: how }) => print(root, how)),
    strays: fc.array(fc.tuple(fc.nat(), stray, fc.boolean()), { maxLength: 3 }),
  })
  .map(({ text, strays }) => {
    const lines = text.split('\n').slice(0, -1)
    for (const [at, line, over] of strays) lines.splice(at % (lines.length + 1), over ? 1 : 0, line)
    return `${lines.join('\n')}\n`
  })

t.test('a valid ResourceList gives the same result as parsing it as a whole', async (t) => {
  let cut = 0
  const { numRuns } = runs(300)
  fc.assert(
    fc.property(mutated, (text) => {
      const whole = runOnWhole(label, text)
      const pieces = runFunction(label, text)
      if (whole.stdout === '') return true
      if (splitItems(text)) cut++
      t.strictSame(pieces, whole)
      return pieces.stdout === whole.stdout
    }),
    { numRuns },
  )
  if (triesMany) t.ok(cut > numRuns / 8, `${cut} were cut`)
})

t.test('invalid input is refused, or only gets additions', async () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const whole = runOnWhole(label, text)
      const pieces = runFunction(label, text)
      if (whole.stdout !== '' || pieces.stdout === '')
        return pieces.stdout !== '' || pieces.stderr.join() === whole.stderr.join()
      if (/kubernetes\.io\/id|^results:/m.test(text)) return true
      let found = 0
      for (let at = 0; at < pieces.stdout.length; at++) if (pieces.stdout[at] === text[found]) found++
      return found === text.length
    }),
    runs(300),
  )
})

const head = 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n'
const pod = (name: string, annotations: string) =>
  `- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: ${name}\n    annotations:\n      ${annotations}\n`

t.test('an error in a relevant item is reported, with its line in the whole text', async (t) => {
  const text = `${head}${pod('a', 'b: c')}${pod('d', 'secret.example.com/a: [')}`
  const { stdout, stderr } = runFunction(label, text)
  t.equal(stdout, '')
  t.strictSame(stderr, runOnWhole(label, text).stderr)
  t.match(stderr[0], /line 16/)
})

t.test('an error in an irrelevant item is ignored', async (t) => {
  const text = `${head}${pod('a', 'b: c: d')}${pod('d', 'e: f')}`
  t.strictSame(runFunction(label, text), { stdout: text, stderr: [], exit: 0 })
})
