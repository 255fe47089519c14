import t from 'tap'
import { attributeTable } from './declaration/attribute-table.ts'
import { linesOf } from './diagnostic.ts'
import { parseDeclaration } from './declaration/parse-declaration.ts'

type What = 'secret' | 'resource' | 'compose'

const read = (what: What, text: string) => parseDeclaration(what, `${what}.bsycorp.com/db`, 'db', text)
const reference = 'kind=REFERENCE,type=TEXT'
const dynamic = 'kind=DYNAMIC,type=PASSWORD,size=128'

const accepted: readonly (readonly [what: What, text: string, values: object])[] = [
  ['secret', `${reference},jsonKey=/a/b,decode=base64`, { jsonKey: '/a/b', decode: 'base64' }],
  ['secret', 'kind=REFERENCE,type=RSA,as=jwk', { as: 'jwk' }],
  ['secret', 'kind=REFERENCE,type=GPG,as=armor', { as: 'armor' }],
  ['secret', `${dynamic},env=DB,containers="app, worker"`, { env: 'DB', containers: ['app', 'worker'] }],
  [
    'secret',
    `${reference},from=secretsmanager,storageKey=rds!cluster-1/x_+=.@,label=AWSPREVIOUS`,
    { from: 'secretsmanager', storageKey: 'rds!cluster-1/x_+=.@', label: 'AWSPREVIOUS' },
  ],
  [
    'resource',
    'from=secretsmanager,storageKey=/a//..,version=EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE',
    { from: 'secretsmanager', storageKey: '/a//..', version: 'EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE' },
  ],
  ['resource', 'default=', { default: '' }],
  ['resource', 'default=" a, b"', { default: ' a, b' }],
  ['resource', 'optional=true', { optional: true }],
  [
    'compose',
    'file=a,mode=400,encode=base64,text=a',
    { file: 'a', mode: 0o400, encode: 'base64', text: ['a'] },
  ],
  ['compose', 'text= a, "b", c=d\n', { text: [' a, "b", c=d\n'] }],
  ['compose', 'text="a, \\"b\\"",env=X', { text: ['a, "b"'], env: 'X' }],
  ['compose', `text=${','.repeat(5000)}`, { text: [','.repeat(5000)] }],
]
for (const [what, text, values] of accepted) {
  const { declaration, diagnostics } = read(what, text)
  t.strictSame(diagnostics, [], `no diagnostic: ${what} ${text.slice(0, 60)}`)
  t.has(declaration, values, `read: ${what} ${text.slice(0, 60)}`)
}

const together = (one: string, other: string) =>
  `ATTRIBUTE_NOT_ALLOWED: attributes "${one}" and "${other}" must not be used together`
const jsonKey = 'hint: use jsonKey; a path such as a.b is jsonKey=/a/b'
const secretName =
  'BAD_STORAGE_KEY: storageKey must be the name of a secret: 1 to 512 letters, digits and "/", "_", "+", "=", ".", "@", "!", "-"'

const refused: readonly (readonly [what: What, text: string, ...lines: string[]])[] = [
  [
    'secret',
    `${reference},env=1A,file=../a,deliver=x`,
    together('file', 'env'),
    together('file', 'deliver'),
    'BAD_DELIVERY: file segment 1 is ".", or begins with "..", which init uses itself',
    together('env', 'deliver'),
    'BAD_DELIVERY: env must be the name of a variable: letters, digits and "_", not beginning with a digit',
    'BAD_DELIVERY: deliver must be none, hint: use file or env for another place',
  ],
  [
    'secret',
    'kind=DYNAMIC,type=TEXT,size=8',
    'BAD_TYPE: type "TEXT" is not allowed with kind DYNAMIC: allowed are RSA, RANDOM, PASSWORD, GPG',
  ],
  [
    'resource',
    'from=secretsmanager',
    'MISSING_ATTRIBUTE: attribute "from" is only allowed together with "storageKey"',
  ],
  [
    'resource',
    'from=ssm,storageKey=a!b,version=x',
    'BAD_VALUE: from must be secretsmanager, hint: leave it out if the value is in Parameter Store',
  ],
  ['resource', 'from=secretsmanager,storageKey=a:b', secretName],
  [
    'resource',
    'from=secretsmanager,storageKey=arn:aws:secretsmanager:x',
    `${secretName}, hint: write the name: what the ARN has after ":secret:", without the hyphen and the six characters at its end`,
  ],
  [
    'resource',
    'from=secretsmanager,storageKey=a,version=1',
    'BAD_PIN: version must be a version ID of Secrets Manager: 32 to 64 letters, digits and "-"',
  ],
  ['resource', 'from=secretsmanager,storageKey=a,optional=true', together('from', 'optional')],
  ['resource', 'default=a,optional=true', together('optional', 'default')],
  [
    'secret',
    `${reference},default=a`,
    'ATTRIBUTE_NOT_ALLOWED: attribute "default" is not allowed on REFERENCE secrets: only on resources',
  ],
  [
    'resource',
    'optional=false',
    'BAD_VALUE: optional must be true, hint: leave it out if the value is required',
  ],
  [
    'resource',
    'jsonKey=/a~2',
    'BAD_VALUE: jsonKey is a JSON pointer with a "~" that neither 0 nor 1 follows, hint: write ~0 for "~" and ~1 for "/"',
  ],
  ['resource', 'decode=hex', 'BAD_VALUE: decode must be base64'],
  ['secret', `${reference},as=pem`, 'BAD_VALUE: as pem is not allowed with type TEXT: only with RSA'],
  ['secret', 'kind=REFERENCE,type=RSA,as=der', 'BAD_VALUE: as is not known: allowed are pem, jwk, armor'],
  [
    'secret',
    'kind=REFERENCE,type=RSA,as=armor',
    'BAD_VALUE: as armor is not allowed with type RSA: only with GPG',
  ],
  [
    'secret',
    'kind=REFERENCE,type=GPG,as=jwk',
    'BAD_VALUE: as jwk is not allowed with type GPG: only with RSA',
  ],
  ['resource', 'file=a,env=A', together('file', 'env')],
  ['resource', 'file=a,deliver=none', together('file', 'deliver')],
  ['resource', 'env=A,deliver=none', together('env', 'deliver')],
  ['resource', 'mode=0400', 'MISSING_ATTRIBUTE: attribute "mode" is only allowed together with "file"'],
  [
    'resource',
    'containers=a',
    'MISSING_ATTRIBUTE: attribute "containers" is only allowed together with "env"',
  ],
  ...['0999', '1777', '0377', '0044', '0', '0000'].map((mode): readonly [What, string, string] => [
    'resource',
    `file=a,mode=${mode}`,
    'BAD_DELIVERY: mode must be octal, from 0400 to 0777, such as 0444, hint: the user of init must be able to read the file',
  ]),
  [
    'resource',
    'env=1A',
    'BAD_DELIVERY: env must be the name of a variable: letters, digits and "_", not beginning with a digit',
  ],
  [
    'resource',
    'env=A,containers="a,"',
    'BAD_DELIVERY: containers is not a list of container names, separated by commas',
  ],
  ['resource', 'env=A,containers="app, app"', 'BAD_DELIVERY: containers names "app" twice'],
  ['resource', 'deliver=file', 'BAD_DELIVERY: deliver must be none, hint: use file or env for another place'],
  [
    'compose',
    'deliver=none,text=a',
    'ATTRIBUTE_NOT_ALLOWED: attribute "deliver" is not allowed on compositions: only on secrets and resources',
  ],
  ['compose', '', 'MISSING_ATTRIBUTE: attribute "text" is missing: the text, as the last attribute'],
  ['compose', 'Text=a, b=c', 'MISSPELT_ATTRIBUTE: attribute "Text" is not known, hint: did you mean "text"?'],
  [
    'compose',
    'text="a" b',
    'SYNTAX: attribute 1 (text) has text after the closing quote, hint: put a comma between attributes',
  ],
  ['compose', 'text="a', 'SYNTAX: attribute 1 (text) has a quoted value without its closing quote'],
  [
    'secret',
    'kind="REFERENCE"x,type=TEXT',
    'SYNTAX: attribute 1 (kind) has text after the closing quote, hint: put a comma between attributes',
  ],
  ['resource', 'property=a.b', `UNKNOWN_ATTRIBUTE: attribute "property" is not known to kees, ${jsonKey}`],
  ['resource', 'jmesPath=a', `UNKNOWN_ATTRIBUTE: attribute "jmesPath" is not known to kees, ${jsonKey}`],
  ['resource', 'JMESPATH=a', `UNKNOWN_ATTRIBUTE: attribute "JMESPATH" is not known to kees, ${jsonKey}`],
  [
    'resource',
    'objectAlias=a,decodingStrategy=Base64',
    'UNKNOWN_ATTRIBUTE: attribute "objectAlias" is not known to kees, hint: the name of the annotation is the key in the file; use file for a file of its own',
    'UNKNOWN_ATTRIBUTE: attribute "decodingStrategy" is not known to kees, hint: use decode=base64',
  ],
  [
    'resource',
    'encoding=base64,template=a,key=b',
    'UNKNOWN_ATTRIBUTE: attribute "encoding" is not known to kees, hint: use decode=base64, or encode=base64 on a composition',
    'UNKNOWN_ATTRIBUTE: attribute "template" is not known to kees, hint: use an annotation compose.<domain>/<name> with the attribute text',
    'UNKNOWN_ATTRIBUTE: attribute "key" is not known to kees, hint: use storageKey for the name of the parameter, jsonKey for a member of a JSON value',
  ],
  [
    'resource',
    'jsonkey=a,Env=A,fil=x',
    ...[
      'jsonkey" is not known, hint: did you mean "jsonKey',
      'Env" is not known, hint: did you mean "env',
      'fil" is not known, hint: did you mean "file',
    ].map((one) => `MISSPELT_ATTRIBUTE: attribute "${one}"?`),
  ],
]
for (const [what, text, ...lines] of refused) {
  const { declaration, diagnostics } = read(what, text)
  t.strictSame(
    diagnostics.map(({ code, ...one }) => `${code}: ${linesOf(one).join(', ')}`),
    lines,
    `refused: ${what} ${text}`,
  )
  t.equal(declaration, undefined)
}

/** A valid value of each attribute that excludes another, or needs it. */
const values: Readonly<Record<string, string>> = {
  containers: 'app',
  default: 'x',
  deliver: 'none',
  env: 'A',
  file: 'a',
  from: 'secretsmanager',
  label: 'x',
  mode: '0400',
  optional: 'true',
  storageKey: 'x',
  version: '1',
}
type Exclusive = { readonly excludes?: readonly string[]; readonly needs?: readonly string[] }
const entries: readonly (readonly [string, Exclusive])[] = Object.entries(attributeTable)
const attributeNeeds = new Map(entries.map(([name, { needs = [] }]) => [name, needs]))
const written = (names: readonly string[]) => names.map((name) => `${name}=${values[name]}`).join()
let pairs = 0
for (const [name, { excludes = [], needs = [] }] of entries) {
  for (const other of excludes) {
    const all = [name, other].flatMap((one) => [one, ...(attributeNeeds.get(one) ?? [])])
    for (const names of [all, all.toReversed()]) {
      const lines = read('resource', written(names)).diagnostics.map(({ message }) => message)
      t.equal(lines.length, 1, `${names.join()}: one error`)
      for (const one of [name, other]) t.match(lines[0], `"${one}"`)
      pairs++
    }
  }
  for (const other of needs) {
    const lines = read('resource', written([name])).diagnostics.map(({ message }) => message)
    t.equal(lines.length, 1, `${name} without ${other}: one error`)
    for (const one of [name, other]) t.match(lines[0], `"${one}"`)
    pairs++
  }
}
t.ok(pairs > 10)
