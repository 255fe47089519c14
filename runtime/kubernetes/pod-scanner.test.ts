import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { wellFormedText } from '../../api/arbitrary-text.ts'
import { runs, triesMany } from '../../api/test-effort.ts'
import { type PodMetadata, readPodMetadata } from './pod-metadata.ts'
import { PodScanner } from './pod-scanner.ts'

const domain = 'bsycorp.com'
/** One for all texts, so that what it remembers of one could be wrong for another. */
const scanner = new PodScanner(domain)

/** In the middle of other bytes, as in a list. */
function scan(text: string): { readonly pod: PodMetadata; readonly rest: string } | undefined {
  const bytes = Buffer.from(`[${text},{}]`)
  const scanned = scanner.scan(bytes, 1)
  return scanned && { pod: scanned.pod, rest: bytes.toString('utf8', scanned.end) }
}

/** What was scanned is what JSON.parse reads. */
function agrees(text: string): boolean {
  const scanned = scan(text)
  const parsed = readPodMetadata(JSON.parse(text), domain)
  return scanned === undefined || (scanned.rest === ',{}]' && isDeepStrictEqual(scanned.pod, parsed))
}

const sent = {
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata: {
    name: 'app-5d4f8c7b9c-x2x4z',
    generateName: 'app-5d4f8c7b9c-',
    namespace: 'shop',
    uid: '00000001-0000-4000-8000-000000000000',
    resourceVersion: '7',
    generation: 1,
    creationTimestamp: '2026-01-02T03:04:05Z',
    deletionTimestamp: '2026-01-02T03:05:05Z',
    deletionGracePeriodSeconds: 30,
    labels: { app: 'x"y\\', 'a}': ']' },
    annotations: {
      'cni.projectcalico.org/podIP': '10.0.0.1/32',
      'init.bsycorp.com/storage-prefix': '/shop',
      'note.example.com/ü': 'ü "quoted" \\ {',
      'secret.bsycorp.com/db': 'kind=REFERENCE,type=PASSWORD',
      'secret.bsycorp.com/ü': 'a "quoted" ü\n',
    },
    ownerReferences: [
      { kind: 'Node', uid: 'other' },
      { kind: 'ReplicaSet', uid: 'owner', controller: true },
    ],
    finalizers: ['a.example.com/b'],
    managedFields: [{ manager: 'm', fieldsV1: { 'f:a': { '.': {}, 'k:{"type":"]}"}': {} } } }],
  },
}

t.test('a pod as an API server sends it is scanned', async (t) => {
  const text = JSON.stringify(sent)
  t.strictSame(scan(text)?.pod, readPodMetadata(sent, domain))
  t.equal(scan(text)?.rest, ',{}]')
  t.equal(scan(text)?.pod.annotations, scan(text)?.pod.annotations, 'and equal annotations are parsed once')
})

t.test(
  'whatever is missing, cut off or of another type, nothing else is read than by JSON.parse',
  async (t) => {
    const text = JSON.stringify(sent)
    for (let end = 0; end < text.length; end++)
      t.equal(scanner.scan(Buffer.from(text.slice(0, end)), 0), undefined, `cut off after ${end}`)
    const { metadata } = sent
    for (const key of Object.keys(metadata)) {
      for (const value of [
        undefined,
        null,
        true,
        1,
        -1.5e3,
        '',
        'ü',
        '\u0001',
        [],
        {},
        [[]],
        [null],
        { 'secret.bsycorp.com/a': 1 },
      ])
        t.ok(
          agrees(JSON.stringify({ ...sent, metadata: { ...metadata, [key]: value } })),
          `${key} ${JSON.stringify(value)}`,
        )
    }
  },
)

/** A JSON text with any legal spelling: spaces, escapes, keys in any order and twice. */
const strings = fc.oneof(
  fc.constantFrom(
    '',
    'uid',
    'x',
    '{"',
    '}]',
    '\\',
    '\\"',
    'ü',
    '\u{1f511}',
    '\ud800',
    '\u0000',
    '2026-01-02T03:04:05Z',
  ),
  fc.constantFrom(
    'secret.bsycorp.com/a',
    'init.bsycorp.com/b',
    '.bsycorp.com/c',
    '/.bsycorp.com',
    'bsycorp.com/d',
    'x.bsycorp.com',
  ),
  wellFormedText({ maxLength: 6 }),
)
const metadataKeys = [...Object.keys(sent.metadata), 'controller', 'uid', '__proto__', 'metadata']

const escape = (text: string) =>
  Array.from(
    { length: text.length },
    (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('')
const spelt = (text: string): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 4 }).map((choices) => {
    let spelling = ''
    for (const [index, character] of Array.from(text).entries()) {
      const escaped = choices[index % choices.length] === 0
      spelling += escaped ? escape(character) : JSON.stringify(character).slice(1, -1)
    }
    return `"${spelling}"`
  })
const space = fc.oneof({ weight: 60, arbitrary: fc.constant('') }, fc.constantFrom(' ', '\n', '\t '))
const scalar = fc.oneof(
  strings.chain(spelt),
  fc.constantFrom('0', '17', '-1', '1.5e3', 'true', 'false', 'null'),
)
const text = fc.letrec<{ value: string; list: string; map: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, tie('list'), tie('map')),
  list: fc
    .tuple(fc.array(tie('value'), { maxLength: 3 }), space)
    .map(([all, gap]) => `[${gap}${all.join(`,${gap}`)}]`),
  map: fc
    .tuple(fc.array(fc.tuple(strings.chain(spelt), tie('value')), { maxLength: 3 }), space)
    .map(([all, gap]) => `{${gap}${all.map(([key, value]) => `${key}${gap}:${value}`).join(`,${gap}`)}}`),
}))

/** Mostly an ordinary pod, in which some things are not. */
const pod = fc
  .record({
    changes: fc.array(
      fc.record({
        key: fc
          .constantFrom(...metadataKeys)
          .chain((key) => fc.oneof({ weight: 9, arbitrary: fc.constant(`"${key}"`) }, spelt(key))),
        value: fc.oneof(
          scalar,
          text.value,
          text.map,
          text.list,
          fc.constantFrom('[{"uid":"u","controller":true}]'),
        ),
        at: fc.nat(),
        replaces: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
    annotations: fc.array(fc.tuple(strings.chain(spelt), scalar), { maxLength: 4 }),
    gap: space,
    after: fc.oneof({ weight: 15, arbitrary: fc.constant(undefined) }, text.value),
  })
  .map(({ changes, annotations, gap, after }) => {
    const entries = Object.entries(sent.metadata).map(
      ([key, value]) => [JSON.stringify(key), JSON.stringify(value)] as const,
    )
    const own = annotations.map(([key, value]) => `${key}:${value}`).join(`,${gap}`)
    const all = entries.map(([key, value]) =>
      key === '"annotations"' ? ([key, `{${own}}`] as const) : ([key, value] as const),
    )
    for (const { key, value, at, replaces } of changes)
      all.splice(at % all.length, replaces ? 1 : 0, [key, value])
    const metadata = all.map(([key, value]) => `${key}:${gap}${value}`).join(',')
    return `{"kind":"Pod","metadata":{${metadata}}${after === undefined ? '' : `,"metadata":${after}`}}`
  })

let scanned = 0
t.test('what is scanned of any legal JSON text is what JSON.parse reads', async () => {
  fc.assert(
    fc.property(fc.oneof({ weight: 4, arbitrary: pod }, text.map), (any) => {
      if (scan(any) !== undefined) scanned++
      return agrees(any)
    }),
    runs(3000),
  )
})
t.test('and not few of them are scanned', async (t) => {
  if (triesMany) t.ok(scanned > runs(3000).numRuns / 10, `${scanned} were scanned`)
})
