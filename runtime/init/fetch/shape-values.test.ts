import { createPrivateKey } from 'node:crypto'
import t from 'tap'
import { parsePodAnnotations } from '../../../api/pod/pod-annotations.ts'
import { secretValue } from '../../secret-value.ts'
import { rsaPair } from '../../values/fixtures.ts'
import { encodePrivateKey } from '../../values/rsa-key.ts'
import { refOf } from './fetch-declared.ts'
import { shapeValues } from './shape-values.ts'

type Stored = string | { readonly binary: string } | undefined

const reference = 'kind=REFERENCE,type=TEXT'

/** @param stored by parameter. @returns the delivered texts, or bytes in hex, by annotation, and the messages. */
function shape(
  annotations: Readonly<Record<string, string>>,
  stored: Readonly<Record<string, Stored>>,
  most = Infinity,
) {
  const all = Object.entries(annotations).map(
    ([key, text]) => [key.replace('/', '.bsycorp.com/'), text] as const,
  )
  const { declared, composed, diagnostics: invalid } = parsePodAnnotations(all, 'bsycorp.com')
  const wrong = invalid.filter(({ severity }) => severity === 'error')
  if (wrong.length > 0) throw new Error(`the test is wrong: ${JSON.stringify(wrong)}`)
  const fetched = declared.map((one) => {
    const value = stored[one.parameter]
    const ref = refOf(one)
    if (value === undefined) return { declared: one, stored: undefined }
    if (typeof value === 'string') return { declared: one, stored: { ref, value: secretValue(value) } }
    return { declared: one, stored: { ref, value: secretValue(value.binary), isBinary: true as const } }
  })
  const shaped = shapeValues(fetched, composed, most)
  if (shaped === undefined) return 'too much'
  const values = shaped.delivered.map(({ annotation, value }) => [
    annotation.replace('.bsycorp.com', ''),
    value && (value.text?.reveal() ?? Buffer.from(value.bytes?.revealBytes() ?? '').toString('hex')),
  ])
  return {
    values: Object.fromEntries(values),
    wrong: shaped.diagnostics.map(
      ({ exit, message, hint }) => `${exit} ${message}${hint ? ` (${hint})` : ''}`,
    ),
    parameters: shaped.diagnostics.map(({ fields }) => fields?.['parameter']),
  }
}

const database = '{"username":"app","password":"p@ss/w:rd","port":5432,"key":"AP+A"}'

t.test('many keys of one parameter, with the whole of it', async (t) => {
  const key = (jsonKey: string) => `${reference},storageKey=db,jsonKey=${jsonKey}`
  const { values, wrong } = Object(
    shape(
      {
        'secret/a': key('password'),
        'secret/b': key('/username'),
        'resource/c': 'storageKey=db,jsonKey=port',
        'secret/d': `${reference},storageKey=db`,
      },
      { '/db': database },
    ),
  )
  t.strictSame(values, {
    'secret/a': 'p@ss/w:rd',
    'secret/b': 'app',
    'resource/c': '5432',
    'secret/d': database,
  })
  t.strictSame(wrong, [])
})

t.test('in the order jsonKey, decode, as', async (t) => {
  const { privateKey } = rsaPair
  const stored = JSON.stringify({ key: Buffer.from(encodePrivateKey(privateKey)).toString('base64') })
  const all = 'kind=REFERENCE,type=RSA,storageKey=k,jsonKey=key,decode=base64,as=pem'
  const { values } = Object(shape({ 'secret/k': all }, { '/k': stored }))
  t.ok(createPrivateKey(String(values['secret/k'])).equals(privateKey))
})

t.test('bytes that are no text stay bytes', async (t) => {
  const annotations = {
    'secret/a': `${reference},storageKey=db,jsonKey=key,decode=base64,file=key`,
    'secret/b': `${reference},decode=base64`,
    'secret/c': `${reference},from=secretsmanager,storageKey=store,file=c`,
  }
  const { values } = Object(
    shape(annotations, { '/db': database, '/b': 'aGVsbG8', store: { binary: 'AP8=' } }),
  )
  t.strictSame(values, { 'secret/a': '00ff80', 'secret/b': 'hello', 'secret/c': '00ff' })
})

t.test('compositions are made of values as they are delivered', async (t) => {
  const annotations = {
    'secret/user': `${reference},storageKey=db,jsonKey=username,deliver=none`,
    'secret/password': `${reference},storageKey=db,jsonKey=password,deliver=none`,
    'secret/key': `${reference},storageKey=db,jsonKey=key,decode=base64,deliver=none`,
    'resource/host': '',
    'compose/url': 'text=postgres://$(user:url):$(password:url)@$(host)/orders?a,b=1',
    'compose/basic': 'encode=base64,text=$(user):$(password)',
    'compose/json': 'text={"key": "$(key:base64)", "password": "$(password:json)"}',
    'compose/plain': 'text= costs $$5 $$(no) ',
  }
  const { values, wrong } = Object(shape(annotations, { '/db': database, '/host': 'db.example' }))
  t.strictSame(wrong, [])
  t.match(values, {
    'compose/url': 'postgres://app:p%40ss%2Fw%3Ard@db.example/orders?a,b=1',
    'compose/basic': Buffer.from('app:p@ss/w:rd').toString('base64'),
    'compose/json': '{"key": "AP+A", "password": "p@ss/w:rd"}',
  })
  t.equal(values['compose/plain'], ' costs $$5 $(no) ')
})

t.test('a value that is absent leaves out what is made of it, and nothing else', async (t) => {
  const annotations = {
    'resource/a': 'optional=true',
    'resource/b': '',
    'resource/c': 'default=fallback',
    'resource/d': 'default=fallback,jsonKey=x',
    'compose/ab': 'text=$(a)$(b)',
    'compose/bc': 'text=$(b)$(c)',
  }
  const { values, wrong } = Object(shape(annotations, { '/b': 'B' }))
  t.strictSame(values, {
    'resource/a': undefined,
    'resource/b': 'B',
    'resource/c': 'fallback',
    'resource/d': 'fallback',
    'compose/ab': undefined,
    'compose/bc': 'Bfallback',
  })
  t.strictSame(wrong, [])
})

const secret = 'hunter2'
const refused: readonly (readonly [
  title: string,
  annotations: Readonly<Record<string, string>>,
  stored: Stored,
  message: RegExp,
])[] = [
  [
    'no JSON',
    { 'secret/a': `${reference},jsonKey=k` },
    secret,
    /^1 annotation secret\.bsycorp\.com\/a: the value of parameter \/a is not JSON, which jsonKey needs \(jsonKey "k"\) \(store a JSON text, or remove jsonKey\)$/,
  ],
  [
    'a missing member',
    { 'resource/a': 'jsonKey=k' },
    `{"x":"${secret}"}`,
    /the value of parameter \/a is JSON without the member "k" \(/,
  ],
  [
    'a missing member of an optional value',
    { 'resource/a': 'jsonKey=k,optional=true' },
    `{"x":"${secret}"}`,
    /without the member "k"/,
  ],
  [
    'a missing member of one with a default',
    { 'resource/a': 'jsonKey=k,default=d' },
    `{"x":"${secret}"}`,
    /without the member "k"/,
  ],
  [
    'no base64',
    { 'secret/a': `${reference},decode=base64` },
    `${secret}!`,
    /is not base64 \(remove decode, or store base64\)/,
  ],
  [
    'no key',
    { 'secret/a': 'kind=REFERENCE,type=RSA,as=jwk' },
    secret,
    /is not an RSA key as kees stores it.*\(remove as/,
  ],
  [
    'bytes that are no key',
    { 'secret/a': 'kind=REFERENCE,type=RSA,decode=base64,as=pem' },
    'AP8=',
    /is not an RSA key/,
  ],
  [
    'a binary secret with jsonKey',
    { 'secret/a': `${reference},from=secretsmanager,storageKey=/a,jsonKey=k` },
    { binary: 'AP8=' },
    /the value of secret \/a is binary, which jsonKey, decode and as cannot read/,
  ],
  [
    'bytes in a text',
    { 'secret/a': `${reference},decode=base64,deliver=none`, 'compose/b': 'text=$(a)' },
    'AP8=',
    /^1 annotation compose\.bsycorp\.com\/b: reference \$\(a\) in text: the value of parameter \/a is not UTF-8 text once it is decoded \(write \$\(name:base64\)\)/,
  ],
  [
    'a character that XML does not have',
    { 'secret/a': reference, 'compose/b': 'text=<a>$(a:xml)</a>' },
    `${secret}\u0001`,
    /: reference \$\(a:xml\) in text: the value of parameter \/a contains a character that XML cannot represent \(store a value without it/,
  ],
  [
    'half of a surrogate pair',
    { 'secret/a': reference, 'compose/b': 'text=$(a:url)' },
    `${secret}\ud800`,
    /is not Unicode text/,
  ],
]
for (const [title, annotations, stored, message] of refused)
  t.test(`refused: ${title}`, async (t) => {
    const { wrong } = Object(shape(annotations, { '/a': stored }))
    t.equal(wrong.length, 1)
    t.match(wrong[0], message)
    t.notMatch(wrong[0], secret)
  })

t.test('everything that is wrong is reported, and what is made of it is not', async (t) => {
  const annotations = {
    'secret/a': `${reference},jsonKey=x`,
    'secret/b': `${reference},storageKey=a,jsonKey=y`,
    'compose/c': 'text=$(a)$(b)',
  }
  const { wrong, values } = Object(shape(annotations, { '/a': '{}' }))
  t.equal(wrong.length, 2)
  t.strictSame(values, {})
})

t.test('a problem names the value as one that could not be fetched does', async (t) => {
  const annotations = {
    'resource/a': 'jsonKey=x,label=old',
    'secret/b': `${reference},from=secretsmanager,storageKey=store,jsonKey=x,label=AWSPREVIOUS`,
  }
  const { parameters } = Object(shape(annotations, { '/a': '{}', store: '{}' }))
  t.strictSame(parameters, ['/a:old', 'secretsmanager:store:label=AWSPREVIOUS'])
})

t.test('the texts of compositions have a limit together', async (t) => {
  const text = `text=${'$(a:base64)'.repeat(30)}`
  const annotations = { 'secret/a': `${reference},deliver=none`, 'compose/b': text, 'compose/c': text }
  const stored = { '/a': 'x'.repeat(300) }
  t.equal(shape(annotations, stored, 2 * 30 * 400 - 1), 'too much')
  t.not(shape(annotations, stored, 2 * 30 * 400), 'too much')
})
