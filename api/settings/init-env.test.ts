import { deepStrictEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../test-effort.ts'
import { anyText } from '../declaration/arbitrary-declaration.ts'
import { longestDuration } from '../duration.ts'
import { decodeInitEnv, encodeInitEnv, type InitEnv, initVariables, parseStoreAddress } from './init-env.ts'
import { logLevels } from './log-level.ts'
import { secretsFormats } from '../secrets-format.ts'

/** init of an older image, or a newer one, has the same. A setting of a later release need not be here. */
const released: Partial<InitEnv> = {
  annotationsFile: '/annotations/annotations',
  secretsFile: '/secret/secret',
  resourcesFile: '/secret/resource',
  annotationDomain: 'bsycorp.com',
  format: 'properties',
  fileMode: 0o444,
  deadline: 300_000,
  waitTimeout: 120_000,
  referenceWait: 10_000,
  deniedWait: 30_000,
  requestTimeout: 5000,
  store: { kind: 'ssm' },
  listen: { host: '127.0.0.1', port: 9929 },
  notifyFile: '',
  notifyUrl: '',
  logLevel: 'info',
  podName: '',
  podNamespace: '',
}
const { settings: defaults } = decodeInitEnv({})
if (!defaults) throw new Error('an empty environment is wrong')
/** What decoding gives where nothing is wrong. */
const decoded = (settings: InitEnv) => ({ valid: settings, settings, diagnostics: [] })

t.match(defaults, released, 'the defaults of released settings do not change')
t.strictSame(
  decodeInitEnv({}).settings,
  Object.fromEntries(Object.entries(initVariables).map(([key, one]) => [key, one.default])),
  'a variable that is absent has its default',
)
t.strictSame(
  decodeInitEnv(Object.fromEntries(Object.values(initVariables).map(({ env }) => [env, '']))),
  decoded(defaults),
  'a variable that is empty has its default',
)
t.strictSame(encodeInitEnv(defaults), [], 'what equals the default is left out')
t.strictSame(encodeInitEnv({}), [], 'what is not set is left out')
t.strictSame(
  decodeInitEnv({ PATH: 'x', HOSTNAME: 'debug', annotationsFile: 'x' }),
  decoded(defaults),
  'other variables are ignored',
)

const set: readonly (readonly [env: string, text: string, settings: Partial<InitEnv>])[] = [
  ['ANNOTATIONS_FILE', '/podinfo/annotations', { annotationsFile: '/podinfo/annotations' }],
  ['SECRETS_FILE', '/run/app/secrets', { secretsFile: '/run/app/secrets' }],
  ['RESOURCES_FILE', '/run/app/resources', { resourcesFile: '/run/app/resources' }],
  ['ANNOTATION_DOMAIN', 'example.com', { annotationDomain: 'example.com' }],
  ['FORMAT', 'dotenv', { format: 'dotenv' }],
  ['FILE_MODE', '0400', { fileMode: 0o400 }],
  ['DEADLINE', '10m', { deadline: 600_000 }],
  ['WAIT_TIMEOUT', '90s', { waitTimeout: 90_000 }],
  ['REFERENCE_WAIT', '0s', { referenceWait: 0 }],
  ['DENIED_WAIT', '1h', { deniedWait: 3_600_000 }],
  ['REQUEST_TIMEOUT', '2500ms', { requestTimeout: 2500 }],
  ['KEES_STORE', 'file:/var/lib/kees', { store: { kind: 'file', folder: '/var/lib/kees' } }],
  ['LISTEN', ':9929', { listen: { host: '', port: 9929 } }],
  ['LISTEN', 'off', { listen: 'off' }],
  ['NOTIFY_FILE', '/secret/changed', { notifyFile: '/secret/changed' }],
  ['NOTIFY_URL', 'http://127.0.0.1:8080/-/reload', { notifyUrl: 'http://127.0.0.1:8080/-/reload' }],
  ['LOG_LEVEL', 'debug', { logLevel: 'debug' }],
  ['POD_NAME', 'app-1', { podName: 'app-1' }],
  ['POD_NAMESPACE', 'prod', { podNamespace: 'prod' }],
]

for (const [env, text, settings] of set) {
  t.strictSame(
    decodeInitEnv({ [env]: text }),
    decoded({ ...defaults, ...settings }),
    `${env}=${text} is read`,
  )
  t.strictSame(encodeInitEnv(settings), [[env, text]], `${env}=${text} is written`)
}

const alike: readonly (readonly [title: string, env: string, text: string, settings: Partial<InitEnv>])[] = [
  ['the default format by its name', 'FORMAT', 'properties', {}],
  ['the default store by its name', 'KEES_STORE', 'ssm', {}],
  ['the default mode with a leading zero', 'FILE_MODE', '0444', {}],
  ['a mode of three digits', 'FILE_MODE', '640', { fileMode: 0o640 }],
  ['a duration of two units', 'DEADLINE', '1m30s', { deadline: 90_000 }],
  ['zero without a unit', 'DENIED_WAIT', '0', { deniedWait: 0 }],
  [
    'a store folder below the working one',
    'KEES_STORE',
    'file:store',
    { store: { kind: 'file', folder: 'store' } },
  ],
]

for (const [title, env, text, settings] of alike) {
  t.strictSame(decodeInitEnv({ [env]: text }), decoded({ ...defaults, ...settings }), `read: ${title}`)
}

const noPath = 'must be an absolute path'
const noDuration = 'must be a duration such as 300s, 5m or 500ms, at most 596h'
const noMode = 'must be octal, from 0400 to 0777, such as 0444'
const ofMode = { hint: 'the user of init must be able to read the file' }
const noStore = 'is not a store: allowed are ssm and file:<folder>'

const noAddress = 'must be an https:// URL, or an http:// URL on loopback'
const refused: readonly (readonly [env: string, text: string, message: string])[] = [
  ['ANNOTATIONS_FILE', 'annotations', noPath],
  ['SECRETS_FILE', './secret', noPath],
  ['RESOURCES_FILE', ' /secret', noPath],
  [
    'ANNOTATION_DOMAIN',
    'Bsycorp.com',
    'is not a DNS subdomain: lower-case letters, digits, "-" and ".", such as bsycorp.com',
  ],
  ['FORMAT', 'toml', 'is not known: allowed are properties, dotenv, shell, json, yaml, files'],
  ['FILE_MODE', '0o444', noMode],
  ['FILE_MODE', '888', noMode],
  ['FILE_MODE', '44', noMode],
  ['FILE_MODE', '4755', noMode],
  ['FILE_MODE', '-444', noMode],
  ['FILE_MODE', '0044', noMode],
  ['FILE_MODE', '377', noMode],
  ['DEADLINE', '300', noDuration],
  ['WAIT_TIMEOUT', '-1s', noDuration],
  ['REFERENCE_WAIT', 'forever', noDuration],
  ['DENIED_WAIT', '1d', noDuration],
  ['REQUEST_TIMEOUT', '597h', noDuration],
  ['KEES_STORE', 'SSM', noStore],
  ['KEES_STORE', 'file:', noStore],
  ['KEES_STORE', 'profile:a', noStore],
  ['KEES_STORE', '/var/lib/kees', noStore],
  ['LISTEN', '9929', 'is not an address and a port such as 127.0.0.1:8080 or :8080'],
  ['NOTIFY_FILE', 'changed', noPath],
  ['NOTIFY_URL', 'http://app.example.com/', noAddress],
  ['NOTIFY_URL', 'file:///etc/passwd', noAddress],
  ['NOTIFY_URL', '/-/reload', noAddress],
  ['NOTIFY_URL', 'https://me:fakepassword@example.com/', 'must not contain a password'],
]

for (const [env, text, wrong] of refused) {
  const message = env === 'NOTIFY_URL' ? `${env} ${wrong}` : `${env} ${JSON.stringify(text)} ${wrong}`
  const hint = env === 'FILE_MODE' ? ofMode : {}
  t.strictSame(
    decodeInitEnv({ [env]: text }).diagnostics,
    [{ env, message, ...hint }],
    `${env}=${text} is refused`,
  )
}

t.strictSame(
  decodeInitEnv({ DEADLINE: 'x', FILE_MODE: 'x', SECRETS_FILE: '/x', ANNOTATIONS_FILE: 'x' }).diagnostics,
  [
    { env: 'ANNOTATIONS_FILE', message: `ANNOTATIONS_FILE "x" ${noPath}` },
    { env: 'FILE_MODE', message: `FILE_MODE "x" ${noMode}`, ...ofMode },
    { env: 'DEADLINE', message: `DEADLINE "x" ${noDuration}` },
  ],
  'all that is wrong is reported at once',
)
t.strictSame(
  parseStoreAddress('file:a:b'),
  { value: { kind: 'file', folder: 'a:b' } },
  'a folder may hold a colon',
)
t.strictSame(parseStoreAddress(''), { diagnostics: [{ message: noStore }] }, 'no store has an empty address')

const path = anyText.map((text) => `/${text}`)
const duration = fc.nat(longestDuration)

const someSettings = fc.record(
  {
    annotationsFile: path,
    secretsFile: path,
    resourcesFile: path,
    annotationDomain: fc.constantFrom('bsycorp.com', 'example.com', 'local'),
    format: fc.constantFrom(...secretsFormats),
    fileMode: fc.integer({ min: 0o400, max: 0o777 }),
    deadline: duration,
    waitTimeout: duration,
    referenceWait: duration,
    deniedWait: duration,
    requestTimeout: duration,
    store: fc.oneof(
      fc.constant({ kind: 'ssm' as const }),
      anyText.filter((text) => text !== '').map((folder) => ({ kind: 'file' as const, folder })),
    ),
    listen: fc.oneof(
      fc.constant('off' as const),
      fc.record(
        {
          host: fc.constantFrom('', '127.0.0.1', '::1', 'localhost'),
          port: fc.integer({ min: 1, max: 65_535 }),
        },
        { noNullPrototype: true },
      ),
    ),
    notifyFile: path,
    notifyUrl: fc.constantFrom('', 'https://example.com/reload', 'http://127.0.0.1:8080/-/reload?now'),
    logLevel: fc.constantFrom(...logLevels),
    podName: anyText,
    podNamespace: anyText,
  },
  { requiredKeys: [], noNullPrototype: true },
)

await t.test('what is encoded is decoded as it was', async () => {
  fc.assert(
    fc.property(someSettings, (settings) => {
      deepStrictEqual(
        decodeInitEnv(Object.fromEntries(encodeInitEnv(settings))),
        decoded({ ...defaults, ...settings }),
      )
    }),
    runs(500),
  )
})

await t.test(
  'an environment of any text is settings, or a Diagnostic for each variable that is wrong',
  async () => {
    const names = Object.values(initVariables).map(({ env }) => env)
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), anyText), (env) => {
        const wrong = new Set(decodeInitEnv(env).diagnostics.map((one) => one.env))
        const rest = Object.entries(env).filter(([name]) => !wrong.has(name))
        deepStrictEqual(decodeInitEnv(Object.fromEntries(rest)).diagnostics, [])
      }),
      runs(500),
    )
  },
)
