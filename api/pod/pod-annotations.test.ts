import { deepStrictEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../test-effort.ts'
import { attributeTable } from '../declaration/attribute-table.ts'
import { knownOn } from '../declaration/attribute-values.ts'
import { linesOf } from '../diagnostic.ts'
import { formatAnnotationsFile, parseAnnotationsFile } from './annotations-file.ts'
import { anyText, storagePrefix } from '../declaration/arbitrary-declaration.ts'
import { shapedDeclaration } from '../declaration/arbitrary-shape.ts'
import { isInSecretsManager } from '../declaration/declaration.ts'
import { maxParameterNameLength } from '../declaration/parameter-name.ts'
import { formatPodAnnotations, parsePodAnnotations } from './pod-annotations.ts'
import { podSettings } from './pod-settings.ts'
import { secretKinds } from '../declaration/secret-type.ts'
import { secretsFormats } from '../secrets-format.ts'

type Annotations = Readonly<Record<string, string>>

const read = (annotations: Annotations, domain = 'bsycorp.com') => {
  const {
    declared,
    composed: _,
    diagnostics,
    ...rest
  } = parsePodAnnotations(Object.entries(annotations), domain)
  return {
    ...rest,
    parameters: declared.map(({ parameter }) => parameter),
    diagnostics: diagnostics.map(
      ({ severity, code, annotation, ...one }) =>
        `${severity} ${code} ${annotation}: ${linesOf(one).join(', ')}`,
    ),
  }
}

const workedExample = {
  'iam.amazonaws.com/role': 'cluster-app-role',
  'secret.bsycorp.com/signingKey.v1_public': 'kind=DYNAMIC,type=RSA,size=2048,foo=bar',
  'secret.bsycorp.com/signingKey.v1_private': 'kind=DYNAMIC,type=RSA,size=2048,foo=bar',
  'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD',
}
const fooIgnored = `attribute "foo" is not known and has no effect; known are ${knownOn(attributeTable, secretKinds).join(', ')}`

t.strictSame(
  read(workedExample),
  {
    annotated: true,
    settings: {},
    parameters: ['/signingKey.v1_public', '/signingKey.v1_private', '/db.password'],
    diagnostics: [
      `warning UNKNOWN_ATTRIBUTE secret.bsycorp.com/signingKey.v1_public: ${fooIgnored}`,
      `warning UNKNOWN_ATTRIBUTE secret.bsycorp.com/signingKey.v1_private: ${fooIgnored}`,
    ],
  },
  'the worked example declares three parameters, with a warning for each foo=bar',
)
t.strictSame(
  parsePodAnnotations([['secret.bsycorp.com/a', 'kind=REFERENCE,type=RSA,storageKey=b']], 'bsycorp.com')
    .declared,
  [
    {
      annotation: 'secret.bsycorp.com/a',
      declaration: { what: 'secret', name: 'a', kind: 'REFERENCE', type: 'RSA', storageKey: 'b' },
      parameter: '/b',
    },
  ],
  'what is declared says by which annotation, and as which parameter',
)

const password = 'kind=DYNAMIC,type=PASSWORD,size=128'
const reference = 'kind=REFERENCE,type=PASSWORD'
const name63 = 'n'.repeat(63)

const named: readonly (readonly [title: string, annotations: Annotations, ...parameters: string[]])[] = [
  ['a secret is stored under its name', { 'secret.bsycorp.com/db.password': reference }, '/db.password'],
  ['a resource is stored under its name', { 'resource.bsycorp.com/url': '' }, '/url'],
  ['a storageKey stands in for the name', { 'secret.bsycorp.com/a': `${reference},storageKey=b/c` }, '/b/c'],
  ['a name may have 63 characters', { [`secret.bsycorp.com/${name63}`]: reference }, `/${name63}`],
  ['a name may be one digit', { 'secret.bsycorp.com/1': reference }, '/1'],
  ['a name keeps its case', { 'secret.bsycorp.com/A.b_C-d': reference }, '/A.b_C-d'],
  [
    'names that every object has are names like others',
    { 'secret.bsycorp.com/constructor': reference, 'resource.bsycorp.com/toString': '' },
    '/constructor',
    '/toString',
  ],
  [
    'a secret and a resource may have one name',
    { 'secret.bsycorp.com/a': reference, 'resource.bsycorp.com/a': '' },
    '/a',
    '/a',
  ],
  [
    'the prefix is put before every key, wherever it stands',
    {
      'secret.bsycorp.com/a': reference,
      'init.bsycorp.com/storage-prefix': '/prod',
      'resource.bsycorp.com/b': 'storageKey=x/y',
    },
    '/prod/a',
    '/prod/x/y',
  ],
  [
    'prod is the prefix /prod',
    { 'init.bsycorp.com/storage-prefix': 'prod', 'resource.bsycorp.com/b': '' },
    '/prod/b',
  ],
  [
    '/prod/ is the prefix /prod',
    { 'init.bsycorp.com/storage-prefix': '/prod/', 'resource.bsycorp.com/b': '' },
    '/prod/b',
  ],
  [
    'the prefix / is the default',
    { 'init.bsycorp.com/storage-prefix': '/', 'resource.bsycorp.com/b': '' },
    '/b',
  ],
  [
    'aws and ssm are names under a prefix',
    { 'init.bsycorp.com/storage-prefix': '/prod', 'resource.bsycorp.com/aws': '' },
    '/prod/aws',
  ],
  [
    'a REFERENCE may be named like a part',
    { 'secret.bsycorp.com/a_public': `${reference},storageKey=b` },
    '/b',
  ],
]

for (const [title, annotations, ...parameters] of named) {
  t.strictSame(read(annotations), { annotated: true, settings: {}, parameters, diagnostics: [] }, title)
}

const foreign: readonly (readonly [title: string, key: string])[] = [
  ['another domain', 'secret.example.com/a'],
  ['a domain that ends like ours', 'secret.notbsycorp.com/a'],
  ['a domain that goes on after ours', 'secret.bsycorp.com.au/a'],
  ['the domain itself', 'bsycorp.com/a'],
  ['a key without a slash', 'secret.bsycorp.com'],
  ['our domain after the slash', 'example.com/secret.bsycorp.com'],
  ["inject-init's record", 'kees.bsycorp.com/injected'],
]

for (const [title, key] of foreign) {
  const expected = { annotated: false, settings: {}, parameters: [], diagnostics: [] }
  t.strictSame(read({ [key]: 'kind' }), expected, `ignored: ${title}`)
}

const example = { 'secret.example.com/a': reference, 'init.example.com/storage-prefix': 'x' }
t.strictSame(read(example, 'example.com').parameters, ['/x/a'], 'the domain is configured')
for (const domain of ['com', 'bsycorp.com', 'kees.bsycorp.com', 'example.com']) {
  t.strictSame(
    read({ 'kees.bsycorp.com/injected': '{}' }, domain).diagnostics,
    [],
    `inject-init's record is exempt when the domain is ${domain}`,
  )
}

const annotated: readonly (readonly [title: string, yes: boolean, annotations: Annotations])[] = [
  ['a secret', true, { 'secret.bsycorp.com/a': reference }],
  ['a secret that is wrong', true, { 'secret.bsycorp.com/a': 'kind' }],
  ['a secret with a wrong name', true, { 'secret.bsycorp.com/_': reference }],
  ['a resource', true, { 'resource.bsycorp.com/a': '' }],
  ['a lease, although it is not supported', true, { 'lease.bsycorp.com/a': '' }],
  ['nothing', false, {}],
  [
    'init settings alone',
    false,
    { 'init.bsycorp.com/storage-prefix': '/prod', 'init.bsycorp.com/containers': 'app' },
  ],
  ['an init setting that is wrong', false, { 'init.bsycorp.com/what': '' }],
  ['an unknown prefix', false, { 'secrets.bsycorp.com/a': reference }],
]

for (const [title, yes, annotations] of annotated) {
  t.equal(read(annotations).annotated, yes, `${yes ? 'annotated' : 'not annotated'}: ${title}`)
}

const settings: readonly (readonly [title: string, annotations: Annotations, settings: object])[] = [
  ['format', { 'init.bsycorp.com/format': 'json' }, { format: 'json' }],
  ['no local mode', { 'init.bsycorp.com/local-mode': 'false' }, { 'local-mode': false }],
  ['one container', { 'init.bsycorp.com/containers': 'app' }, { containers: ['app'] }],
  ['a name of 63 characters', { 'init.bsycorp.com/containers': name63 }, { containers: [name63] }],
  [
    'several containers',
    { 'init.bsycorp.com/containers': 'app, side-car,0' },
    { containers: ['app', 'side-car', '0'] },
  ],
]

for (const [title, annotations, expected] of settings) {
  const want = { annotated: false, settings: expected, parameters: [], diagnostics: [] }
  t.strictSame(read(annotations), want, `a setting: ${title}`)
}

const badName =
  'the name after the slash is not allowed: at most 63 letters, digits, "-", "_" and ".", the first and last a letter or digit'
const taken = 'gives a parameter name that SSM rejects: its first segment must not begin with aws or ssm'
const badContainers = 'the value is not a list of container names, separated by commas'
const unknownSetting = `is not known: known are ${Object.keys(podSettings).join(', ')}`
const noLease =
  'lease is not supported, and will not be, hint: read the index of the pod by the downward API: of a StatefulSet the label ' +
  'apps.kubernetes.io/pod-index, of an indexed Job the annotation batch.kubernetes.io/job-completion-index'
const knownPrefixes =
  'known are secret.bsycorp.com/, resource.bsycorp.com/, compose.bsycorp.com/, lease.bsycorp.com/, init.bsycorp.com/'
const deepKey = Array.from({ length: 15 }, () => 'l').join('/')
/** As long as SSM takes, so that the name of the private part would be too long. */
const longPart = `${'x/'.repeat(10)}${'k'.repeat(maxParameterNameLength - '/'.length - 20 - '_public'.length)}_public`

const wrong: readonly (readonly [title: string, key: string, value: string, ...diagnostics: string[]])[] = [
  ['a name of 64 characters', `secret.bsycorp.com/${name63}n`, reference, `error BAD_NAME: ${badName}`],
  ['no name', 'secret.bsycorp.com/', reference, `error BAD_NAME: ${badName}`],
  ['a name that begins with "_"', 'secret.bsycorp.com/__proto__', reference, `error BAD_NAME: ${badName}`],
  ['a name that ends with "."', 'resource.bsycorp.com/a.', '', `error BAD_NAME: ${badName}`],
  ['a name with a slash', 'secret.bsycorp.com/a/b', reference, `error BAD_NAME: ${badName}`],
  ['a name with a space', 'secret.bsycorp.com/a b', reference, `error BAD_NAME: ${badName}`],
  ['a name with a line end', 'secret.bsycorp.com/a\n', reference, `error BAD_NAME: ${badName}`],
  [
    'a name with a letter outside ASCII',
    'secret.bsycorp.com/\u212a',
    reference,
    `error BAD_NAME: ${badName}`,
  ],
  [
    'a name that begins with aws',
    'secret.bsycorp.com/awsKey',
    reference,
    `error BAD_NAME: the name ${taken}`,
  ],
  ['a name that begins with SSM', 'resource.bsycorp.com/SSM', '', `error BAD_NAME: the name ${taken}`],
  [
    'a storageKey that begins with Aws',
    'secret.bsycorp.com/a',
    `${reference},storageKey=Aws/a`,
    `error BAD_STORAGE_KEY: storageKey ${taken}`,
  ],
  [
    'a storageKey of too many levels',
    'resource.bsycorp.com/a',
    `storageKey=${deepKey}/x`,
    'error BAD_STORAGE_KEY: storageKey gives a parameter name of 16 levels, but SSM allows at most 15',
  ],
  [
    'a part whose other part would be too long',
    'secret.bsycorp.com/a_public',
    `kind=DYNAMIC,type=RSA,size=2048,storageKey=${longPart}`,
    `error BAD_NAME: the other part of the pair gives a parameter name of ${maxParameterNameLength + 1} characters, ` +
      `but SSM allows at most ${maxParameterNameLength}`,
  ],
  [
    'a wrong name and a wrong value at once',
    'secret.bsycorp.com/-a',
    `${password}1,storageKey=/b`,
    `error BAD_NAME: ${badName}`,
    'error BAD_SIZE: size "1281" is not allowed: type PASSWORD takes a multiple of 8 from 8 to 8192 bits',
    'error BAD_STORAGE_KEY: storageKey must not start with a slash: the storage-prefix is put before it',
  ],
  [
    'a lease, which Kubernetes has a substitute for',
    'lease.bsycorp.com/a',
    '',
    `error NOT_SUPPORTED: ${noLease}`,
  ],
  [
    'a local-mode that is neither true nor false',
    'init.bsycorp.com/local-mode',
    'yes',
    'error BAD_SETTING: the local-mode "yes" must be true or false, in lower case',
  ],
  [
    'a local-mode in upper case',
    'init.bsycorp.com/local-mode',
    'True',
    'error BAD_SETTING: the local-mode "True" must be true or false, in lower case',
  ],
  [
    'a local-mode that could be a secret',
    'init.bsycorp.com/local-mode',
    'hunter2',
    'error BAD_SETTING: the local-mode must be true or false, in lower case',
  ],
  [
    'local mode as a substitute for a store that is not reached',
    'init.bsycorp.com/local-mode',
    'remote-then-local',
    'error BAD_SETTING: the local-mode must not be remote-then-local: while the store is not reached, the app would get values that everybody can compute, hint: remove it, or set "true" where the app never reads a store',
  ],
  [
    'a format that is none',
    'init.bsycorp.com/format',
    'toml',
    'error BAD_SETTING: the format is not known: allowed are properties, dotenv, shell, json, yaml, files',
  ],
  [
    'an unknown setting',
    'init.bsycorp.com/storagePrefix',
    '/prod',
    `error UNKNOWN_SETTING: "storagePrefix" ${unknownSetting}, hint: did you mean "storage-prefix"?`,
  ],
  [
    'a setting that every object has',
    'init.bsycorp.com/constructor',
    '',
    `error UNKNOWN_SETTING: "constructor" ${unknownSetting}`,
  ],
  [
    'a storage-prefix that SSM refuses',
    'init.bsycorp.com/storage-prefix',
    '/AWS/prod',
    'error BAD_SETTING: the storage-prefix must not begin with aws or ssm: SSM rejects such names',
  ],
  [
    'a storage-prefix that leads upwards',
    'init.bsycorp.com/storage-prefix',
    '/prod/../x',
    'error BAD_SETTING: the storage-prefix is not a hierarchy of parameter names: segment 2 is "." or ".."',
  ],
  ['no container', 'init.bsycorp.com/containers', '', `error BAD_SETTING: ${badContainers}`],
  ['a comma too many', 'init.bsycorp.com/containers', 'app,', `error BAD_SETTING: ${badContainers}`],
  ['no name of a container', 'init.bsycorp.com/containers', 'app_1', `error BAD_SETTING: ${badContainers}`],
  ['64 characters', 'init.bsycorp.com/containers', `${name63}n`, `error BAD_SETTING: ${badContainers}`],
  [
    'an unknown prefix',
    'secrets.bsycorp.com/a',
    reference,
    `warning UNKNOWN_PREFIX: "secrets.bsycorp.com/" is not known and has no effect; ${knownPrefixes}, hint: did you mean "secret.bsycorp.com/"?`,
  ],
  [
    'a known prefix in another case',
    'Secret.bsycorp.com/a',
    reference,
    `warning UNKNOWN_PREFIX: "Secret.bsycorp.com/" is not known and has no effect; ${knownPrefixes}, hint: did you mean "secret.bsycorp.com/"?`,
  ],
  [
    'a domain below a known prefix',
    'db.secret.bsycorp.com/a',
    reference,
    `warning UNKNOWN_PREFIX: "db.secret.bsycorp.com/" is not known and has no effect; ${knownPrefixes}`,
  ],
  [
    "a name beside inject-init's record",
    'kees.bsycorp.com/inject',
    '',
    `warning UNKNOWN_PREFIX: "kees.bsycorp.com/" is not known and has no effect; ${knownPrefixes}`,
  ],
  [
    'a prefix that every object has',
    'constructor.bsycorp.com/a',
    '',
    `warning UNKNOWN_PREFIX: "constructor.bsycorp.com/" is not known and has no effect; ${knownPrefixes}`,
  ],
]

for (const [title, key, value, ...diagnostics] of wrong) {
  const { parameters, diagnostics: found } = read({ [key]: value })
  const expected = diagnostics.map((one) => one.replace(':', ` ${key}:`))
  t.strictSame({ parameters, found }, { parameters: [], found: expected }, `wrong: ${title}`)
}

t.strictSame(
  read({
    'secret.bsycorp.com/a': 'kind=REFERENCE',
    'secret.bsycorp.com/b': reference,
    'init.bsycorp.com/format': 'x',
    'lease.bsycorp.com/c': '',
  }),
  {
    annotated: true,
    settings: {},
    parameters: ['/b'],
    diagnostics: [
      'error BAD_SETTING init.bsycorp.com/format: the format is not known: allowed are properties, dotenv, shell, json, yaml, files',
      'error MISSING_ATTRIBUTE secret.bsycorp.com/a: attribute "type" is missing: allowed are RSA, RANDOM, PASSWORD, GPG, TEXT',
      `error NOT_SUPPORTED lease.bsycorp.com/c: ${noLease}`,
    ],
  },
  'one bad annotation does not stop the others, and all errors are reported',
)
t.strictSame(
  read({
    'init.bsycorp.com/storage-prefix': '//',
    'secret.bsycorp.com/b': `${reference},storageKey=/x`,
    'resource.bsycorp.com/c': '',
  }),
  {
    annotated: true,
    settings: {},
    parameters: [],
    diagnostics: [
      'error BAD_SETTING init.bsycorp.com/storage-prefix: the storage-prefix is not a hierarchy of parameter names: it is empty',
      'error BAD_STORAGE_KEY secret.bsycorp.com/b: storageKey must not start with a slash: the storage-prefix is put before it',
    ],
  },
  'under a wrong storage-prefix nothing has a parameter name, and all errors are reported',
)
const pod = fc.record({
  declarations: fc.uniqueArray(shapedDeclaration, {
    selector: ({ what, name }) => `${what}/${name}`,
    maxLength: 8,
  }),
  prefix: storagePrefix,
  settings: fc.record(
    {
      format: fc.constantFrom(...secretsFormats),
      containers: fc.array(fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/), {
        minLength: 1,
        maxLength: 3,
      }),
      'local-mode': fc.constant(false),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
  domain: fc.constantFrom('bsycorp.com', 'example.com', 'kees.bsycorp.com', 'local'),
})

await t.test('what is formatted is parsed back as it was, through the annotations file too', async () => {
  fc.assert(
    fc.property(pod, ({ declarations, prefix, settings: some, domain }) => {
      const annotations = formatPodAnnotations(declarations, prefix, some, domain)
      const parsed = parsePodAnnotations(annotations, domain)
      deepStrictEqual(parsed, {
        annotated: declarations.length > 0,
        declared: declarations.map((declaration) => ({
          annotation: `${declaration.what}.${domain}/${declaration.name}`,
          declaration,
          parameter: isInSecretsManager(declaration)
            ? declaration.storageKey
            : `${prefix}/${declaration.storageKey ?? declaration.name}`,
        })),
        composed: [],
        settings: some,
        diagnostics: [],
      })
      const seenByInit = parseAnnotationsFile(formatAnnotationsFile(annotations))
      deepStrictEqual(
        new Set(parsePodAnnotations(seenByInit.annotations, domain).declared),
        new Set(parsed.declared),
      )
    }),
  )
})

await t.test('annotations of any text are declarations and diagnostics, never an exception', async () => {
  const what = fc.constantFrom('secret', 'resource', 'compose', 'lease', 'init', 'kees', '')
  const name = fc.oneof(fc.constantFrom('storage-prefix', 'format', 'containers', 'a', 'b_public'), anyText)
  const key = fc.oneof(
    fc.tuple(what, name).map(([one, rest]) => `${one}.bsycorp.com/${rest}`),
    anyText,
  )
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(key, anyText), { selector: ([one]) => one }), (annotations) => {
      const { declared, diagnostics } = parsePodAnnotations(annotations, 'bsycorp.com')
      // A declaration with deliver=none that nothing composes is right in itself.
      const severe = diagnostics.filter(
        ({ severity, code }) => severity === 'error' && code !== 'BAD_DELIVERY',
      )
      const errors = new Set(severe.map(({ annotation }) => annotation))
      deepStrictEqual(
        declared.filter(({ annotation }) => errors.has(annotation)),
        [],
      )
    }),
    runs(400),
  )
})
