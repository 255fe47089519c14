import t from 'tap'
import { parseJsonKey } from './json-key.ts'

for (const text of ['password', 'a.b', 'a/b', 'a~2', '/a/b', '/0', '/', '/a//b', '/a~1b/c~0d', '/~01'])
  t.strictSame(parseJsonKey(text), { value: text }, `${text} is accepted`)

for (const text of ['/~', '/a~2', '/~~0', '/a~/b'])
  t.match(parseJsonKey(text).diagnostics, [{ message: /"~"/ }], `${text} is malformed`)
t.match(parseJsonKey('').diagnostics, [{ message: 'is empty' }])
