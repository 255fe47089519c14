import t from 'tap'
import { linesOf } from '../diagnostic.ts'
import { parsePodAnnotations } from './pod-annotations.ts'

const read = (declarations: Readonly<Record<string, string>>, mode = 'true') =>
  parsePodAnnotations(
    [
      ['init.example.com/local-mode', mode],
      ...Object.entries(declarations).map(([key, text]): [string, string] => [
        key.replace('/', '.example.com/'),
        text,
      ]),
    ],
    'example.com',
  )
const judged = (declarations: Readonly<Record<string, string>>, mode = 'true') =>
  read(declarations, mode).diagnostics.map(
    (one) => `${one.severity} ${one.code} ${one.annotation}: ${linesOf(one).join(', ')}`,
  )

const rsa = 'kind=DYNAMIC,type=RSA,size=2048'
const password = 'kind=REFERENCE,type=PASSWORD'
const shared = (other: string) =>
  `in local mode, the value is derived from the same name as that of ${other}: what follows the last "_" does not count, hint: set localValue if the values must differ`

t.equal(read({ 'secret/a': password }).localMode, 'init.example.com/local-mode')
t.equal(read({ 'secret/a': password }, 'false').localMode, undefined)

t.strictSame(
  judged({
    'secret/a_public': rsa,
    'secret/a_private': rsa,
    'secret/b_consumer': 'kind=DYNAMIC,type=RANDOM,size=128',
    'secret/b_provider': 'kind=DYNAMIC,type=RANDOM,size=128',
    'secret/c': password,
    'secret/c2': `${password},storageKey=c`,
    'secret/d_user': `${password},localValue=a`,
    'secret/d_password': password,
    'resource/e': 'default=1',
  }),
  [],
  'values that belong together, and that are given',
)
t.strictSame(
  judged({
    'secret/db_user': password,
    'secret/db_password': password,
    'secret/cert': 'kind=REFERENCE,type=TEXT',
    'resource/host': '',
  }),
  [
    `warning LOCAL_MODE secret.example.com/db_password: ${shared('secret.example.com/db_user')}`,
    'error MISSING_ATTRIBUTE secret.example.com/cert: attribute "localValue" is missing: local mode has no value for a REFERENCE of type TEXT',
    'error MISSING_ATTRIBUTE resource.example.com/host: attribute "localValue" is missing: local mode has no value for a resource',
  ],
  'values that are missing, and names that differ only in their ending',
)
t.strictSame(judged({ 'resource/host': '' }, 'false'), [], 'without local mode, nothing is missing')
t.strictSame(
  judged({
    'secret/a': `${password},localValue=a,localModeValue=YQ==`,
    'secret/b': `${password},localModeValue=?`,
    'secret/c': `${password},localModeValue=YWJjA`,
    'secret/d': 'kind=REFERENCE,type=RANDOM,localModeValue=YWJjA',
  }),
  [
    'error ATTRIBUTE_NOT_ALLOWED secret.example.com/a: attributes "localValue" and "localModeValue" must not be used together',
    'error BAD_VALUE secret.example.com/b: localModeValue must be base64',
    'error BAD_VALUE secret.example.com/c: localModeValue is not base64',
  ],
  'both words at once, and what is no base64',
)
