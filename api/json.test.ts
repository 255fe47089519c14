import t from 'tap'
import { isMap, listOf, mapOf } from './json.ts'

for (const value of [undefined, null, 1, 'text', true, [], [{}]])
  t.notOk(isMap(value), `${JSON.stringify(value)} is not a map`)
t.ok(isMap({}))
t.ok(isMap(JSON.parse('{"a": 1}')))

t.strictSame(mapOf({ a: 1 }), { a: 1 })
t.strictSame(mapOf(['a']), {}, 'a list has no fields')
t.strictSame(listOf(['a']), ['a'])
t.strictSame(listOf({ length: 1 }), [])
