import t from 'tap'
import { findNameDiagnostics } from './format-names.ts'
import { parsePodAnnotations } from '../pod/pod-annotations.ts'
import { secretsFormats } from '../secrets-format.ts'

const declared = (...annotations: readonly string[]) =>
  parsePodAnnotations(
    annotations.map((one) => [one, one.startsWith('secret') ? 'kind=REFERENCE,type=PASSWORD' : ''] as const),
    'bsycorp.com',
  ).declared

const said = (...annotations: readonly string[]) =>
  findNameDiagnostics(declared(...annotations), 'dotenv').map(({ annotation, message, hint }) => [
    annotation,
    message,
    hint,
  ])

t.strictSame(
  said('secret.bsycorp.com/db.password', 'secret.bsycorp.com/db-password', 'secret.bsycorp.com/DB_PASSWORD'),
  ['db-password', 'DB_PASSWORD'].map((name) => [
    `secret.bsycorp.com/${name}`,
    'in the format dotenv the name becomes DB_PASSWORD, like that of secret.bsycorp.com/db.password',
    'rename one of them',
  ]),
  'names that become one variable collide with the first',
)
t.strictSame(
  said('secret.bsycorp.com/path', 'resource.bsycorp.com/ld.preload'),
  [
    ['secret.bsycorp.com/path', 'PATH'],
    ['resource.bsycorp.com/ld.preload', 'LD_PRELOAD'],
  ].map(([annotation, variable]) => [
    annotation,
    `in the format dotenv the name becomes ${variable}, which has a meaning in the shell`,
    'choose another name',
  ]),
  "a shell's own variable is no name",
)
t.match(
  findNameDiagnostics(declared('secret.bsycorp.com/a.b', 'secret.bsycorp.com/a-b'), 'shell'),
  [{ message: 'in the format shell the name becomes A_B, like that of secret.bsycorp.com/a.b' }],
  'the format shell has the same names',
)
t.strictSame(
  said('secret.bsycorp.com/db.host', 'resource.bsycorp.com/db-host', 'secret.bsycorp.com/db.port'),
  [],
  'a secret and a resource are in different files',
)
for (const format of secretsFormats.filter((one) => one !== 'dotenv' && one !== 'shell')) {
  t.strictSame(
    findNameDiagnostics(
      declared('secret.bsycorp.com/a.b', 'secret.bsycorp.com/a-b', 'secret.bsycorp.com/path'),
      format,
    ),
    [],
    `${format} has every name as it is`,
  )
}
