import t from 'tap'
import { findDeliveryDiagnostics, findTakenPaths } from './delivery-diagnostics.ts'
import { decodeInitEnv } from '../settings/init-env.ts'
import { parsePodAnnotations } from '../pod/pod-annotations.ts'

type Annotations = Readonly<Record<string, string>>
const podOf = (annotations: Annotations) =>
  parsePodAnnotations(
    Object.entries(annotations).map(([key, text]) => [key.replace('/', '.bsycorp.com/'), text]),
    'bsycorp.com',
  )

const secret = (attributes: string) => `kind=REFERENCE,type=TEXT,${attributes}`

const conflicts: readonly (readonly [title: string, pod: Annotations, ...messages: string[]])[] = [
  [
    'other paths',
    { 'secret/a': secret('file=x/a'), 'secret/b': secret('file=x/b'), 'resource/a': 'file=xy' },
  ],
  [
    'one path twice',
    { 'secret/a': secret('file=x'), 'resource/a': 'file=x' },
    'resource.bsycorp.com/a: file is the same path as that of secret.bsycorp.com/a',
  ],
  [
    'a path inside another',
    { 'secret/a': secret('file=x'), 'compose/b': 'file=x/y/z,text=a' },
    'compose.bsycorp.com/b: file is inside the path of secret.bsycorp.com/a, which is a file',
  ],
  [
    'a path around another',
    { 'secret/a': secret('file=x/y/z'), 'secret/b': secret('file=x/y') },
    'secret.bsycorp.com/b: file is a folder in the path of secret.bsycorp.com/a',
  ],
]
for (const [title, annotations, ...messages] of conflicts) {
  const found = findDeliveryDiagnostics(podOf(annotations), 'properties')
  t.strictSame(
    found.map(({ annotation, message }) => `${annotation}: ${message}`),
    messages,
    title,
  )
  for (const one of found) t.match(one, { severity: 'error', code: 'CONFLICT', hint: 'choose another path' })
}

const texts: readonly (readonly [pod: Annotations, message?: RegExp])[] = [
  [{ 'resource/a': 'env=A,default=x' }],
  [{ 'resource/a': 'env=A,default=' }, /^default is empty/],
  [{ 'resource/a': `env=A,default=it's` }, /^default contains a single quote/],
  [{ 'resource/a': `file=a,default=it's` }],
  [{ 'compose/a': `env=A,text=it's` }, /^text contains a single quote/],
  [{ 'compose/a': 'env=A,text="a\r\nb"' }, /^text contains a carriage return, which the kubelet cannot read/],
  [{ 'compose/a': `env=A,encode=base64,text=it's` }],
  [{ 'compose/a': `text=it's` }],
]
for (const [annotations, message] of texts)
  t.match(
    findDeliveryDiagnostics(podOf(annotations), 'properties'),
    message === undefined ? [] : [{ severity: 'error', code: 'BAD_DELIVERY', message }],
    JSON.stringify(annotations),
  )

const named = {
  'secret/db.x': secret('file=a'),
  'secret/db-x': secret('env=A'),
  'secret/db_x': 'kind=REFERENCE,type=TEXT',
  'resource/db.x': '',
}
t.strictSame(
  findDeliveryDiagnostics(podOf({ ...named, 'compose/db.X': 'text=a' }), 'dotenv').map((one) => one.message),
  ['in the format dotenv the name becomes DB_X, like that of secret.bsycorp.com/db_x'],
  'only lines of one file share the names of a format; a composition is among the secrets',
)

const settings = (env: Readonly<Record<string, string>>) => {
  const { settings: decoded } = decodeInitEnv(env)
  if (!decoded) throw new Error('the environment of the test is wrong')
  return decoded
}
const taken: readonly (readonly [
  title: string,
  path: string,
  env: Readonly<Record<string, string>>,
  by?: string,
])[] = [
  ['another path', 'a', {}],
  ['the file of the secrets', 'secret', {}, 'SECRETS_FILE'],
  ['inside the folder of the secrets', 'secret/a', {}, 'SECRETS_FILE'],
  ['the file of the resources', 'resource', {}, 'RESOURCES_FILE'],
  ['a folder around the file of the resources', 'x', { RESOURCES_FILE: '/secret/x/y' }, 'RESOURCES_FILE'],
  ['the file for notifications', 'x', { NOTIFY_FILE: '/secret/x' }, 'NOTIFY_FILE'],
  ['a name that another folder has', 'resource', { SECRETS_FILE: '/secret/app/secret' }],
]
for (const [title, path, env, by] of taken)
  t.strictSame(
    findTakenPaths(podOf({ 'secret/a': secret(`file=${path}`) }), settings(env)).map(
      ({ message }) => message,
    ),
    by === undefined ? [] : [`file is the path that init writes by ${by}, or one is inside the other`],
    `taken: ${title}`,
  )
