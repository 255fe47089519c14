/** The cost of parsing the annotations of any pod is bounded by counts. */
import t from 'tap'
import { bounds } from './bounds.ts'
import { parseAttributes } from './declaration/attributes.ts'
import { type Annotation, parsePodAnnotations } from './pod/pod-annotations.ts'

const reference = 'kind=REFERENCE,type=PASSWORD'
const read = (annotations: Iterable<Annotation>) => parsePodAnnotations(annotations, 'bsycorp.com')
const codes = (annotations: Iterable<Annotation>) => read(annotations).diagnostics.map(({ code }) => code)
const many = (count: number, value: (index: number) => Annotation) =>
  Array.from({ length: count }, (_, index) => value(index))
const secret = (index: number): Annotation => [`secret.bsycorp.com/a${index}`, reference]

t.test('as much as is allowed is read', async (t) => {
  t.equal(
    read(many(bounds.declarations, (index) => [`resource.bsycorp.com/a${index}`, ''])).declared.length,
    1024,
  )
  const padded = `${reference},foo=`
  const value = padded + 'x'.repeat(bounds.annotationBytes - padded.length)
  t.equal(read([['secret.bsycorp.com/a', value]]).declared.length, 1)
  t.strictSame(codes([['secret.bsycorp.com/a', `${value}x`]]), ['TOO_LARGE'])
  const attributes = [
    reference,
    ...many(bounds.attributes - 2, (index) => ['', `x${index}=`]).map(([, one]) => one),
  ]
  const [first] = read([['secret.bsycorp.com/a', attributes.join()]]).declared
  t.equal(first?.parameter, '/a')
  t.strictSame(codes([['secret.bsycorp.com/a', [...attributes, 'y='].join()]]), ['TOO_LARGE'])
})

t.test('bytes are counted, not characters', async (t) => {
  const value = (character: string, count: number) => `${reference},foo=${character.repeat(count)}`
  t.strictSame(codes([['secret.bsycorp.com/a', value('\u{1f511}', 2000)]]), ['UNKNOWN_ATTRIBUTE'])
  t.strictSame(codes([['secret.bsycorp.com/a', value('\u{1f511}', 2048)]]), ['TOO_LARGE'])
  t.strictSame(codes([['secret.bsycorp.com/a', value('\u20ac', 2731)]]), ['TOO_LARGE'])
})

t.test('a pod above a limit is rejected as a whole, with one diagnostic', async (t) => {
  const rows: readonly (readonly [title: string, annotations: readonly Annotation[]])[] = [
    ['declarations', many(bounds.declarations + 1, (index) => [`resource.bsycorp.com/a${index}`, ''])],
    ['bytes', many(1500, secret)],
    ['bytes of what is not known', many(5000, (index) => [`x${index}.bsycorp.com/a`, ''])],
    [
      'bytes of settings',
      [...many(9, (index): Annotation => [`init.bsycorp.com/${index}`, 'x'.repeat(8000)]), secret(1)],
    ],
  ]
  for (const [title, annotations] of rows) {
    const { declared, diagnostics } = read(annotations)
    t.strictSame([declared.length, diagnostics.map(({ code }) => code)], [0, ['TOO_LARGE']], title)
  }
  t.equal(read(many(1500, secret)).annotated, true, 'it is annotated all the same')
})

t.test('warnings of misspelt domains are bounded', async (t) => {
  const others = many(5000, (index) => [`secret.bsycorp.con/a${index}`, ''])
  t.equal(read(others).diagnostics.length, bounds.diagnostics)
})

t.test('annotations of others do not count', async (t) => {
  const { declared } = read([['example.com/big', 'x'.repeat(200_000)], secret(1)])
  t.equal(declared.length, 1)
})

t.test('one annotation that is too large does not stop the others', async (t) => {
  const large: Annotation = ['secret.bsycorp.com/large', ','.repeat(bounds.annotationBytes + 1)]
  const { declared, diagnostics } = read([large, secret(1)])
  t.strictSame(
    declared.map(({ annotation }) => annotation),
    ['secret.bsycorp.com/a1'],
  )
  t.match(diagnostics, [{ code: 'TOO_LARGE', message: 'the value has more than 8192 bytes' }])
})

t.test('under a storage-prefix that is too large nothing has a parameter name', async (t) => {
  const prefix: Annotation = ['init.bsycorp.com/storage-prefix', '/a'.repeat(5000)]
  t.equal(read([prefix, secret(1)]).declared.length, 0)
})

t.test('no annotation has more diagnostics than are allowed, and no error is lost', async (t) => {
  t.strictSame(codes([['secret.bsycorp.com/a', ','.repeat(8000)]]), ['TOO_LARGE'])
  const unknown = many(bounds.attributes - 1, (index) => ['', `x${index}=`]).map(([, one]) => one)
  const { declared, diagnostics } = read([['secret.bsycorp.com/a', ['kind=x', ...unknown].join()]])
  t.equal(declared.length, 0)
  t.equal(diagnostics.length, bounds.diagnostics)
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  t.strictSame(
    errors.map(({ code }) => code),
    ['BAD_KIND', 'MISSING_ATTRIBUTE'],
  )
})

t.test('of too many attributes none is parsed', async (t) => {
  const parsed = parseAttributes(Array.from({ length: 100_000 }, (_, index) => `a${index}=`).join())
  t.strictSame(parsed, { attributes: [], diagnostics: [], tooMany: true })
})

t.test('a pod in which very much is wrong is read no further', async (t) => {
  const wrong = many(1000, (index) => [`secret.bsycorp.com/a${index}`, '=,'.repeat(15)])
  const { diagnostics } = read(wrong)
  t.ok(diagnostics.length < bounds.podDiagnostics + bounds.diagnostics + 2, `${diagnostics.length}`)
  t.match(diagnostics.at(-1), { code: 'TOO_LARGE', severity: 'error' })
})
