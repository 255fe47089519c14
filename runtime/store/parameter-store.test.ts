import t from 'tap'
import { checkCall, formatRef, parseRef } from './parameter-store.ts'

t.equal(formatRef({ name: '/a/b' }), '/a/b', 'a name alone')
t.equal(formatRef({ name: '/a/b', selector: '3' }), '/a/b:3', 'a name with a version')
t.equal(formatRef({ name: '/a/b', selector: 'blue' }), '/a/b:blue', 'a name with a label')

const secret = { from: 'secretsmanager', name: '/a' } as const
t.equal(formatRef(secret), 'secretsmanager:/a', 'a secret is not the parameter of that name')
t.equal(formatRef({ ...secret, label: 'AWSPREVIOUS' }), 'secretsmanager:/a:label=AWSPREVIOUS')
t.equal(formatRef({ ...secret, version: 'AWSPREVIOUS' }), 'secretsmanager:/a:version=AWSPREVIOUS')

for (const ref of [{ name: '/a/b' }, { name: '/a/b', selector: '3' }, { name: '/a', selector: 'b' }])
  t.strictSame(parseRef(formatRef(ref)), ref, `${formatRef(ref)} is parsed back`)

const names = (count: number) => Array.from({ length: count }, (_, index) => `/n${index}`)

t.doesNotThrow(() => checkCall(names(1)), 'one name is a call')
t.doesNotThrow(() => checkCall(names(10)), 'ten names are a call')
t.throws(() => checkCall([]), RangeError, 'no name is none')
t.throws(() => checkCall(names(11)), RangeError, 'eleven names are none')
t.throws(() => checkCall(['/a', '/b', '/a']), RangeError, 'a name twice is none')
