import t from 'tap'
import { linesOf } from '../../../api/diagnostic.ts'
import type { Value } from '../../yaml/value.ts'
import { parseInjectConfig } from './config.ts'
import { injectItems } from '../inject-init.ts'

const messagesOf = (env: Value, more: Readonly<Record<string, Value>> = {}) =>
  parseInjectConfig({
    given: Object.entries({ env, ...more }).map(([name, value]) => ({ name, value })),
  }).diagnostics.map((one) => linesOf(one).join(', '))

const v = (name: string, value: Value) => ({ name, value })

const accepted: readonly (readonly [title: string, env: Value])[] = [
  [
    'variables that init does not know',
    [v('HTTPS_PROXY', 'http://proxy:3128'), v('AWS_PROFILE', 'x'), v('a.b', '')],
  ],
  ['the settings of init', [v('DEADLINE', '60s'), v('FILE_MODE', '0400'), v('LOG_LEVEL', 'debug')]],
  ['an empty value, which is the default', [v('DEADLINE', '')]],
  ['a loopback address', [v('AWS_ENDPOINT_URL_SSM', 'http://127.0.0.1:4566')]],
  [
    'a plain http:// address with ALLOW_HTTP',
    [v('ALLOW_HTTP', 'true'), v('AWS_ENDPOINT_URL', 'http://moto:5000')],
  ],
  [
    'a plain http:// address, where ALLOW_HTTP comes from a ConfigMap',
    [
      { name: 'ALLOW_HTTP', valueFrom: { configMapKeyRef: { name: 'c', key: 'http' } } },
      v('AWS_ENDPOINT_URL', 'http://moto:5000'),
    ],
  ],
  [
    'an address of AWS for a store that is a folder',
    [v('KEES_STORE', 'file:/s'), v('AWS_ENDPOINT_URL', 'http://x')],
  ],
  ['a value that Kubernetes expands', [v('DEADLINE', '$(MINUTES)m'), v('SECRETS_FILE', '$(HOME)/x')]],
  [
    'a value from a ConfigMap',
    [{ name: 'DEADLINE', valueFrom: { configMapKeyRef: { name: 'c', key: 'd' } } }],
  ],
  ['another name of the file', [v('SECRETS_FILE', '/secret/application.properties')]],
  ['NOTIFY_FILE in the secret volume', [v('NOTIFY_FILE', '/secret/changed')]],
]
for (const [title, env] of accepted) t.strictSame(messagesOf(env), [], title)

const sources = 'fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef'
const refused: readonly (readonly [title: string, env: Value, message: string])[] = [
  [
    'a map in the place of a list',
    { DEADLINE: '60s' },
    'must be a list of maps with name, and optionally value or valueFrom',
  ],
  [
    'an item that is a string',
    ['DEADLINE=60s'],
    '[0] must be a map with name, and optionally value or valueFrom',
  ],
  [
    'a name with an equals sign',
    [v('A=B', 'x')],
    '[0].name "A=B" is not the name of an environment variable',
  ],
  ['a value that is a number', [v('PORT', 80)], '[0].value must be a string, hint: put it in quotes'],
  ['neither value nor valueFrom', [{ name: 'A' }], '[0] must have value or valueFrom'],
  [
    'both value and valueFrom',
    [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } }],
    '[0] must not have both value and valueFrom',
  ],
  [
    'a misspelt key',
    [{ name: 'A', vlaue: 'x' }],
    '[0].vlaue is not known: known are name, value, valueFrom, hint: did you mean "value"?',
  ],
  [
    'an unknown source in valueFrom',
    [{ name: 'A', valueFrom: { configMapRef: {} } }],
    `[0].valueFrom.configMapRef is not known: known are ${sources}`,
  ],
  ['an empty valueFrom', [{ name: 'A', valueFrom: {} }], `[0].valueFrom must have exactly one of ${sources}`],
  ['a variable twice', [v('A', 'x'), v('A', 'y')], '[1].name "A" is declared twice'],
]
for (const [title, env, message] of refused)
  t.strictSame(messagesOf(env), [`option env${message.startsWith('[') ? '' : ' '}${message}`], title)

const late: readonly (readonly [title: string, env: Value, message: string])[] = [
  [
    'a duration',
    [v('DEADLINE', '5 minutes')],
    'DEADLINE "5 minutes" must be a duration such as 300s, 5m or 500ms, at most 596h',
  ],
  [
    'a mode',
    [v('FILE_MODE', '999')],
    'FILE_MODE "999" must be octal, from 0400 to 0777, such as 0444, hint: the user of init must be able to read the file',
  ],
  ['a store', [v('KEES_STORE', 'foo')], 'KEES_STORE "foo" is not a store: allowed are ssm and file:<folder>'],
  [
    'a level',
    [v('LOG_LEVEL', 'loud')],
    'LOG_LEVEL "loud" is not a level: allowed are debug, info, warn, error',
  ],
  ['a region', [v('AWS_REGION', 'eu_west')], 'AWS_REGION "eu_west" is not a region such as eu-west-1'],
  [
    'a plain address',
    [v('AWS_ENDPOINT_URL', 'http://moto:5000')],
    'AWS_ENDPOINT_URL must not be a plain http:// URL of moto, hint: use https://, or set ALLOW_HTTP=true if the network is trusted',
  ],
  [
    'a password in an address',
    [v('NOTIFY_URL', 'https://me:fakepassword@example.com/')],
    'NOTIFY_URL must not contain a password',
  ],
  [
    'NOTIFY_FILE at the path of the secrets',
    [v('NOTIFY_FILE', '/secret/secret')],
    'NOTIFY_FILE must not be the same file as SECRETS_FILE',
  ],
  [
    'SECRETS_FILE outside the secret volume',
    [v('SECRETS_FILE', '/etc/app/secret')],
    'SECRETS_FILE "/etc/app/secret" must be below option secretMountPath, /secret: init cannot write elsewhere',
  ],
  [
    'the format',
    [v('FORMAT', 'json')],
    'FORMAT is set by inject-init, hint: set option format or the annotation init.<domain>/format',
  ],
  [
    'the domain',
    [v('ANNOTATION_DOMAIN', 'a.b')],
    'ANNOTATION_DOMAIN is set by inject-init, hint: set option annotationDomain',
  ],
  [
    'the annotations',
    [v('ANNOTATIONS_FILE', '/a/b')],
    'ANNOTATIONS_FILE is set by inject-init, hint: set option annotationsMountPath',
  ],
  [
    "the pod's name, with valueFrom",
    [{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } }],
    "POD_NAME is set by inject-init, hint: remove it: its value is the pod's metadata.name",
  ],
]
for (const [title, env, message] of late) t.strictSame(messagesOf(env), [`option env: ${message}`], title)

t.strictSame(
  messagesOf([v('DEADLINE', '1d'), v('FILE_MODE', '8')]).length,
  2,
  'all that is wrong is reported at once',
)
t.strictSame(
  messagesOf([v('SECRETS_FILE', '/run/app/x')], { secretMountPath: '/run/app' }),
  [],
  'the mount path that is set is the one that counts',
)

const warningsOf = (env: Value) => {
  const { config } = parseInjectConfig({ given: [{ name: 'env', value: env }] })
  return injectItems([], config).results
}
t.match(
  warningsOf([
    v('NODE_OPTIONS', '--require=/x'),
    v('AWS_REGION', 'eu-west-1'),
    v('HTTPS_PROXY', 'proxy:3128'),
  ]),
  [
    {
      severity: 'warning',
      message: 'option env: NODE_OPTIONS changes how Node works',
      hint: 'kees verify and the admission policy refuse it without --allow-env NODE_OPTIONS',
    },
    { severity: 'warning', message: 'option env: HTTPS_PROXY sends calls through a proxy' },
  ],
  'what makes init another program, or sends its calls elsewhere, is a warning',
)
t.strictSame(warningsOf([v('AWS_ENDPOINT_URL', 'https://ssm.eu-west-1.amazonaws.com'), v('A', '')]), [])
