import t from 'tap'
import { describeBug } from './describe-bug.ts'

t.match(
  describeBug(new TypeError('fakepassword')),
  { error: 'TypeError', stack: [/^at .*bug\.test\.ts/] },
  'where it was',
)
t.notMatch(JSON.stringify(describeBug(new TypeError('fake\npassword'))), 'password', 'without its message')
t.strictSame(describeBug('fakepassword'), { error: 'string', stack: [] }, 'for any thrown value')
t.strictSame(describeBug(Object.assign(new Error('x'), { stack: undefined })), { error: 'Error', stack: [] })
