import { join } from 'node:path'
import t from 'tap'
import { decodeInitEnv } from '../../../api/settings/init-env.ts'
import { readDeclared } from './read-declared.ts'

const { settings: defaults } = { settings: undefined, ...decodeInitEnv({}) }
if (defaults === undefined) throw new Error('the test is wrong')
const settingsFor = (annotationsFile: string) => ({ ...defaults, annotationsFile })

const read = async (content: string) =>
  await readDeclared(settingsFor(join(t.testdir({ annotations: content }), 'annotations')))

const dynamic = 'kind=DYNAMIC,type=PASSWORD,size=128'

t.test('annotations of kees are read, beside any others', async (t) => {
  const { declared, warnings, diagnostics } = await read(
    [
      'iam.amazonaws.com/role="cluster-app-role"',
      'kubernetes.io/config.seen="2026-01-31T12:00:00Z"',
      'resource.bsycorp.com/endpoint=""',
      'secret.bsycorp.com/db.password="kind=REFERENCE,type=PASSWORD"',
      'secret.example.com/other="kind=NONSENSE"',
    ].join('\n'),
  )
  t.strictSame(
    declared.map(({ annotation, parameter }) => [annotation, parameter]),
    [
      ['resource.bsycorp.com/endpoint', '/endpoint'],
      ['secret.bsycorp.com/db.password', '/db.password'],
    ],
  )
  t.strictSame([warnings, diagnostics], [[], []])
})

const imitations: readonly (readonly [title: string, line: string, ...warnings: string[]])[] = [
  ['another domain', `secret.example.com/a="${dynamic}"`],
  ['our domain as the start of another', `secret.bsycorp.com.example.com/a="${dynamic}"`],
  ['our domain as the end of another word', `secret.notbsycorp.com/a="${dynamic}"`],
  ['our domain in other letters', `secret.BSYCORP.com/a="${dynamic}"`, 'secret.BSYCORP.com/a'],
  ['our domain misspelt', `secret.bsycorp.co/a="${dynamic}"`, 'secret.bsycorp.co/a'],
  ['our domain without a name', `secret.bsycorp.com="${dynamic}"`],
  ['our domain after the slash', `example.com/secret.bsycorp.com="${dynamic}"`],
  ['our domain alone', `bsycorp.com/a="${dynamic}"`],
  ['our lines inside a value', String.raw`example.com/a="x\nsecret.bsycorp.com/a=\"${dynamic}\"\n"`],
  ['our line after a raw equals sign', `example.com/a="secret.bsycorp.com/a=${dynamic}"`],
  ['bytes that are no text', String.raw`example.com/a="\xff\xfe\x00\u2028"`],
]
for (const [title, line, ...expected] of imitations) {
  t.test(`a foreign annotation that imitates ours is ignored: ${title}`, async (t) => {
    const own = `secret.bsycorp.com/own="${dynamic}"`
    for (const content of [`${line}\n${own}`, `${own}\n${line}`]) {
      const { declared, warnings, diagnostics } = await read(content)
      t.strictSame(
        declared.map(({ annotation }) => annotation),
        ['secret.bsycorp.com/own'],
      )
      t.strictSame(
        warnings.map(({ annotation }) => annotation),
        expected,
      )
      t.strictSame(diagnostics, [])
    }
  })
}

t.test('of any domain, in any order, with or without a line end at the end', async (t) => {
  const lines = [
    `secret.kees.internal.example/b="${dynamic}"`,
    `secret.bsycorp.com/other="kind=NONSENSE"`,
    `init.kees.internal.example/storage-prefix="/prod"`,
    `resource.kees.internal.example/a=""`,
  ]
  for (const content of [lines.join('\n'), lines.toReversed().join('\n'), `${lines.join('\n')}\n`]) {
    const path = join(t.testdir({ annotations: content }), 'annotations')
    const { declared, warnings, diagnostics } = await readDeclared({
      ...settingsFor(path),
      annotationDomain: 'kees.internal.example',
    })
    t.strictSame(declared.map(({ parameter }) => parameter).toSorted(), ['/prod/a', '/prod/b'])
    t.strictSame([warnings, diagnostics], [[], []])
  }
})

t.test('bytes that are no UTF-8 make a declaration of ours wrong', async (t) => {
  const { declared, diagnostics } = await read(
    String.raw`secret.bsycorp.com/a="kind=REFERENCE,type=PASSWORD,storageKey=a\xffb"`,
  )
  t.strictSame(declared, [])
  t.match(diagnostics, [{ exit: 1, message: /^annotation secret\.bsycorp\.com\/a: storageKey / }])
})

t.test('annotations above the limits of api/bounds.ts are one error', async (t) => {
  const lines = Array.from({ length: 1025 }, (_, index) => `resource.bsycorp.com/a${index}=""`)
  const { declared, diagnostics } = await read(lines.join('\n'))
  t.strictSame(declared, [])
  t.equal(diagnostics.length, 1)
  t.match(diagnostics, [{ exit: 1, message: /^annotation \S+: the pod has 1025 declarations: at most 1024/ }])
})

t.test('nothing of ours is nothing declared', async (t) => {
  t.strictSame(await read(''), { declared: [], composed: [], warnings: [], diagnostics: [] })
})

t.test('a warning does not stop the pod', async (t) => {
  const { declared, warnings, diagnostics } = await read(`secret.bsycorp.com/a="${dynamic},foo=bar"`)
  t.equal(declared.length, 1)
  t.match(warnings, [{ annotation: 'secret.bsycorp.com/a', code: 'UNKNOWN_ATTRIBUTE' }])
  t.strictSame(diagnostics, [])
})

t.test('all errors are found, also the conflicts between declarations', async (t) => {
  const { diagnostics } = await read(
    [
      'no equals sign',
      'secret.bsycorp.com/a="kind=DYNAMIC,type=PASSWORD,size=7"',
      'secret.bsycorp.com/b="kind=DYNAMIC,type=PASSWORD,size=128,storageKey=same"',
      'secret.bsycorp.com/c="kind=DYNAMIC,type=PASSWORD,size=256,storageKey=same"',
      'secret.bsycorp.com/d=unquoted',
    ].join('\n'),
  )
  t.match(
    diagnostics.map(({ exit, message }) => `${exit} ${message}`),
    [
      /^1 line 1 of the annotations file ".*" has no "="$/,
      /^1 line 5 of the annotations file ".*" has a value that is not quoted like a Go string$/,
      /^1 annotation secret\.bsycorp\.com\/a: size "7"/,
      /^1 annotation secret\.bsycorp\.com\/c: .*conflict with/,
    ],
  )
})

t.test('a file that cannot be read is a wrong environment', async (t) => {
  const path = join(t.testdir(), 'absent')
  const { diagnostics } = await readDeclared(settingsFor(path))
  t.strictSame(diagnostics, [
    {
      exit: 2,
      message: `the annotations file "${path}" (ANNOTATIONS_FILE) cannot be read: it does not exist (ENOENT)`,
    },
  ])
  t.match(await readDeclared(settingsFor(t.testdir())), { diagnostics: [{ exit: 2, message: /EISDIR/ }] })
})

t.test('names that the format cannot write are wrong', async (t) => {
  const folder = t.testdir({
    annotations:
      'secret.bsycorp.com/a-b="kind=REFERENCE,type=PASSWORD"\nsecret.bsycorp.com/a.b="kind=REFERENCE,type=PASSWORD"',
  })
  const path = join(folder, 'annotations')
  t.strictSame((await readDeclared({ ...settingsFor(path), format: 'json' })).diagnostics, [])
  t.match((await readDeclared({ ...settingsFor(path), format: 'dotenv' })).diagnostics, [
    {
      exit: 1,
      message:
        /^annotation secret\.bsycorp\.com\/a\.b: .* becomes A_B, like that of secret\.bsycorp\.com\/a-b/,
    },
  ])
})

t.test('a file of a declaration is none that init writes by its settings', async (t) => {
  for (const file of ['secret', 'resource', 'secret/a']) {
    const { diagnostics } = await read(`secret.bsycorp.com/a="kind=REFERENCE,type=TEXT,file=${file}"`)
    t.match(
      diagnostics,
      [{ exit: 1, message: /^annotation secret\.bsycorp\.com\/a: file is the path/ }],
      file,
    )
  }
})
