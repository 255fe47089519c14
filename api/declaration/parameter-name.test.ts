import { match, strictEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../test-effort.ts'
import { anyText, storagePrefix } from './arbitrary-declaration.ts'
import {
  maxParameterLevels,
  maxParameterNameLength,
  parameterName,
  parseParameterName,
  parseStoragePrefix,
  validateStorageKey,
} from './parameter-name.ts'

const prefixes: readonly (readonly [title: string, text: string, prefix: string])[] = [
  ['a leading slash is added', 'prod', '/prod'],
  ['a leading slash is kept', '/prod', '/prod'],
  ['a trailing slash is removed', '/prod/', '/prod'],
  ['both at once', 'prod/', '/prod'],
  ['the root is no prefix', '/', ''],
  ['nothing is the root', '', ''],
  ['a hierarchy of several levels', 'prod/team-a/db_1.x', '/prod/team-a/db_1.x'],
  ['aws after the first segment', '/prod/aws', '/prod/aws'],
]

for (const [title, text, prefix] of prefixes) {
  t.strictSame(parseStoragePrefix(text), { value: prefix }, `a storage-prefix: ${title}`)
}

const characters = 'has characters other than letters, digits, "_", "." and "-"'
const hierarchy = 'is not a hierarchy of parameter names:'
const takenPrefix = 'must not begin with aws or ssm: SSM rejects such names'

const refusedPrefixes: readonly (readonly [title: string, text: string, message: string])[] = [
  ['two slashes', '//', `${hierarchy} it is empty`],
  ['two slashes at the start', '//prod', `${hierarchy} segment 1 is empty`],
  ['two slashes inside', '/a//b', `${hierarchy} segment 2 is empty`],
  ['two slashes at the end', '/prod//', `${hierarchy} segment 2 is empty`],
  ['the folder itself', '/prod/.', `${hierarchy} segment 2 is "." or ".."`],
  ['the folder above', '../prod', `${hierarchy} segment 1 is "." or ".."`],
  ['a space', ' /prod', `${hierarchy} segment 1 ${characters}`],
  ['a line end', '/prod\n', `${hierarchy} it ${characters}`],
  ['a wildcard', '/prod/*', `${hierarchy} segment 2 ${characters}`],
  ['a variable', '/${aws:username}', `${hierarchy} it ${characters}`],
  ['a letter outside ASCII', '/pröd', `${hierarchy} it ${characters}`],
  ['aws', '/aws', takenPrefix],
  ['a first segment that begins with SSM', 'SSMx/prod', takenPrefix],
]

for (const [title, text, message] of refusedPrefixes) {
  t.strictSame(parseStoragePrefix(text), { diagnostics: [{ message }] }, `no storage-prefix: ${title}`)
}

const levels = (count: number) => Array.from({ length: count }, (_, index) => `l${index + 1}`).join('/')
const longest = 'x'.repeat(maxParameterNameLength - '/prod/'.length)

const names: readonly (readonly [title: string, prefix: string, key: string, name: string])[] = [
  ['the prefix, a slash and the key', '/prod', 'db.password', '/prod/db.password'],
  ['the root and the key', '', 'db.password', '/db.password'],
  ['a key of several segments', '/prod', 'team/db_1-x', '/prod/team/db_1-x'],
  ['aws after the first segment', '/prod', 'aws/ssm', '/prod/aws/ssm'],
  ['aws inside the first segment', '', 'my-aws', '/my-aws'],
  ['dots as part of a segment', '', '...a./.b', '/...a./.b'],
  ['all levels that SSM takes', '', levels(maxParameterLevels), `/${levels(maxParameterLevels)}`],
  ['all characters that SSM takes', '/prod', longest, `/prod/${longest}`],
]

for (const [title, prefix, key, name] of names) {
  t.strictSame(parameterName(prefix, key), { value: name }, `a parameter name: ${title}`)
}

const takes = 'does not give a valid SSM parameter name:'
const taken = 'gives a parameter name that SSM rejects: its first segment must not begin with aws or ssm'
const slash = 'must not start with a slash: the storage-prefix is put before it'

const refusedKeys: readonly (readonly [title: string, key: string, message: string])[] = [
  ['a leading slash', '/db', slash],
  ['a slash alone', '/', slash],
  ['nothing', '', `${takes} it is empty`],
  ['a trailing slash', 'db/', `${takes} segment 2 is empty`],
  ['an empty segment', 'a//b', `${takes} segment 2 is empty`],
  ['a dot', '.', `${takes} it is "." or ".."`],
  ['the folder above', 'a/../b', `${takes} segment 2 is "." or ".."`],
  ['a colon, which would be a selector', 'db:3', `${takes} it ${characters}`],
  ['a wildcard', 'team/*', `${takes} segment 2 ${characters}`],
  ['a space', 'db password', `${takes} it ${characters}`],
  ['a line end', 'db\n', `${takes} it ${characters}`],
  ['a letter outside ASCII', 'd\u212a', `${takes} it ${characters}`],
]

for (const [title, key, message] of refusedKeys) {
  t.strictSame(validateStorageKey(key), { message }, `no storage key, whatever the prefix: ${title}`)
  t.strictSame(parameterName('/prod', key), { diagnostics: [{ message }] }, `no parameter name: ${title}`)
}

const refusedNames: readonly (readonly [title: string, prefix: string, key: string, message: string])[] = [
  ['aws as first segment', '', 'aws/key', taken],
  ['a first segment that begins with aws', '', 'awsKey', taken],
  ['a first segment that begins with ssm', '', 'ssm.key', taken],
  ['a first segment that begins with AWS in upper case', '', 'AWS-key', taken],
  ['a first segment that begins with SSM in mixed case', '', 'sSmkey', taken],
  ['one level too many', '/l0', levels(15), 'gives a parameter name of 16 levels, but SSM allows at most 15'],
  [
    'one character too many',
    '/prod',
    `${longest}x`,
    `gives a parameter name of ${maxParameterNameLength + 1} characters, but SSM allows at most ${maxParameterNameLength}`,
  ],
]

for (const [title, prefix, key, message] of refusedNames) {
  t.equal(validateStorageKey(key), undefined, `a storage key under some prefix: ${title}`)
  t.strictSame(parameterName(prefix, key), { diagnostics: [{ message }] }, `no parameter name: ${title}`)
}

t.strictSame(
  parseParameterName('db'),
  { diagnostics: [{ message: `${takes} it does not start with a slash` }] },
  'a whole name starts with a slash',
)
t.strictSame(
  parseParameterName('/'),
  { diagnostics: [{ message: `${takes} it is empty` }] },
  'a slash alone is no name',
)
t.equal(
  maxParameterNameLength + 'arn:aws-us-gov:ssm:ap-southeast-1:111122223333:parameter'.length,
  1011,
  'a name has what the longest of ARNs leaves of 1,011 characters',
)

await t.test('a storage-prefix is the same with and without its slashes', async () => {
  fc.assert(
    fc.property(storagePrefix, (prefix) => {
      for (const text of [prefix, `${prefix}/`, prefix.slice(1), `${prefix.slice(1)}/`]) {
        strictEqual(parseStoragePrefix(text).value, prefix)
      }
    }),
  )
})

await t.test('any text gives a name of the characters that SSM takes, or a Diagnostic', async () => {
  fc.assert(
    fc.property(anyText, anyText, (prefixText, key) => {
      const prefix = parseStoragePrefix(prefixText)
      if (prefix.diagnostics !== undefined) return
      const name = parameterName(prefix.value, key)
      if (name.diagnostics !== undefined) return
      match(name.value, /^(\/[A-Za-z0-9_.-]+){1,15}$/)
      strictEqual(name.value, `${prefix.value}/${key}`)
    }),
    runs(500),
  )
})
