/**
 * Properties of injection on generated manifests, in every style that people write them: block and flow, wide and
 * compact lists, several indentations, comments, blank lines, CRLF, no last line end.
 */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { parseAllDocuments, stringify } from 'yaml'
import { itemsUnder } from '../manifest-item.ts'
import { applyEdits } from '../apply-edits.ts'
import { parseSource } from '../source-tree.ts'
import { toValue, type Value } from '../source-value.ts'
import { type InjectConfig, parseInjectConfig } from './config.ts'
import { injectItems } from './inject-init.ts'

const { config: byDefault } = parseInjectConfig([])

function inject(text: string, config: InjectConfig = byDefault): string {
  const { documents, problem } = parseSource(text)
  if (problem !== undefined) throw new Error(problem)
  const items = documents.flatMap((document) => itemsUnder(document, document.root))
  const { edited, findings } = injectItems(items, config)
  const [error] = findings.filter(({ severity }) => severity === 'error')
  if (error) throw new Error(error.message)
  return applyEdits(
    text,
    edited.flatMap(({ edits }) => edits),
  )
}

const name = fc.stringMatching(/^[a-z]([-a-z0-9]{0,8}[a-z0-9])?$/).filter((one) => one !== 'annotations')
const scalar = fc.oneof(
  fc.constantFrom('yes', '0644', '1e3', '12:30', 'null', '~', '- x', 'a: b', '# no', '2001-01-01', ''),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.integer(),
  fc.boolean(),
)
const extra = fc.dictionary(
  name,
  fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.dictionary(name, scalar)),
  {
    maxKeys: 3,
  },
)
const mount = fc.record({ name, mountPath: fc.constantFrom('/data', '/tmp', '/etc/app') })
const container = fc.record(
  {
    name,
    image: scalar,
    env: fc.array(fc.record({ name, value: scalar })),
    volumeMounts: fc.array(mount, { minLength: 1 }),
    zone: extra,
  },
  { requiredKeys: ['name'] },
)
const uniqueContainers = fc.uniqueArray(container, {
  selector: (one) => one.name,
  minLength: 1,
  maxLength: 3,
})
const spec = fc.record(
  {
    containers: uniqueContainers,
    initContainers: fc.uniqueArray(container, { selector: (one) => one.name, minLength: 1, maxLength: 2 }),
    volumes: fc.uniqueArray(fc.record({ name, emptyDir: fc.constant({}) }), {
      selector: (one) => one.name,
      minLength: 1,
    }),
    nodeSelector: extra,
    hostname: scalar,
  },
  { requiredKeys: ['containers'] },
)
const declaration = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' }
const workload = fc
  .record({ name, spec, labels: extra, annotations: fc.option(extra), replicas: fc.nat() })
  .filter(({ spec: { containers, initContainers = [] } }) => {
    const names = [...containers, ...initContainers].map((one) => one.name)
    return new Set(names).size === names.length && !names.includes('init-container')
  })
  .map(({ name: own, spec: podSpec, labels, annotations, replicas }) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: own, ...(annotations && Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: { replicas, template: { metadata: { labels, annotations: declaration }, spec: podSpec } },
  }))

const style = fc.record({
  json: fc.option(fc.constantFrom(0, 2), { freq: 4 }),
  indent: fc.constantFrom(2, 3, 4),
  wide: fc.boolean(),
  crlf: fc.boolean(),
  noise: fc.array(fc.constantFrom('', '# a comment', '  # a deeper comment')),
  ended: fc.boolean(),
})

function print(
  value: unknown,
  { json, indent, wide, crlf, noise, ended }: typeof style extends fc.Arbitrary<infer T> ? T : never,
) {
  const text =
    json === null
      ? stringify(value, { indent, indentSeq: wide, lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE' })
      : `${JSON.stringify(value, null, json)}\n`
  const lines = text.trimEnd().split('\n')
  const noisy =
    json === null
      ? lines.flatMap((line, index) => {
          const remark = noise[index % (noise.length + 3)]
          const depth = /^ */.exec(line)?.[0] ?? ''
          return remark === undefined ? [line] : [remark === '' ? '' : depth + remark, line]
        })
      : lines
  return noisy.join(crlf ? '\r\n' : '\n') + (ended ? (crlf ? '\r\n' : '\n') : '')
}

const manifest = fc.record({ value: workload, style })

t.test('injecting twice is injecting once', async (t) => {
  fc.assert(
    fc.property(manifest, ({ value, style: printed }) => {
      const once = inject(print(value, printed))
      t.ok(once.includes('init-container'))
      return inject(once) === once
    }),
    { numRuns: 150 },
  )
})

t.test('the source is what is left when the added lines are taken out', async () => {
  fc.assert(
    fc.property(manifest, ({ value, style: printed }) => {
      if (printed.json !== null) return true
      const source = print(value, printed).split(/\r?\n/)
      const lines = inject(print(value, printed)).split(/\r?\n/)
      let position = 0
      for (const line of lines) if (line === source[position]) position++
      return position >= source.length - 1
    }),
    { numRuns: 150 },
  )
})

t.test('with the declarations gone, un-injecting gives the source back byte for byte', async () => {
  fc.assert(
    fc.property(manifest, ({ value, style: printed }) => {
      const source = print(value, printed)
      const undeclare = (text: string) =>
        text.replace('secret.bsycorp.com/db.password', 'example.com/db.password')
      return inject(undeclare(inject(source))) === undeclare(source)
    }),
    { numRuns: 150 },
  )
})

t.test('two YAML libraries see the same values in what was written, and nothing else changed', async () => {
  fc.assert(
    fc.property(manifest, ({ value, style: printed }) => {
      const text = inject(print(value, printed))
      const [document] = parseSource(text).documents ?? []
      const ours: Value = document ? toValue(document.root) : null
      const [theirs] = parseAllDocuments(text).map((one): unknown => one.toJS())
      return (
        isDeepStrictEqual(JSON.parse(JSON.stringify(ours)), theirs) &&
        isDeepStrictEqual(withoutOurs(theirs), JSON.parse(JSON.stringify(value)))
      )
    }),
    { numRuns: 150 },
  )
})

/** Takes out by value what injection adds by position. */
function withoutOurs(value: unknown): unknown {
  const isOurs = (one: unknown) =>
    typeof one === 'object' &&
    one !== null &&
    'name' in one &&
    ((one.name === 'init-container' && 'terminationMessagePolicy' in one) ||
      (one.name === 'secret-volume' && ('readOnly' in one || 'emptyDir' in one)) ||
      (one.name === 'annotations' && 'downwardAPI' in one))
  if (Array.isArray(value)) return value.filter((one) => !isOurs(one)).map(withoutOurs)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([key, child]): [string, unknown][] => {
    if (key === 'kees.bsycorp.com/injected') return []
    const rest = withoutOurs(child)
    const emptied = Array.isArray(rest) && rest.length === 0 && Array.isArray(child) && child.length > 0
    const onlyRecord =
      key === 'annotations' &&
      child !== null &&
      Object.keys(Object(child)).join() === 'kees.bsycorp.com/injected'
    return emptied || onlyRecord ? [] : [[key, rest]]
  })
  return Object.fromEntries(entries)
}
