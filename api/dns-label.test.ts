import t from 'tap'
import { isDnsLabel } from './dns-label.ts'

for (const text of ['a', '0', 'a-b', 'a'.repeat(63)]) t.ok(isDnsLabel(text), `a label: ${text}`)
for (const text of ['', 'A', '-a', 'a-', 'a.b', 'a_b', 'a b', 'a\n', 'é', 'a'.repeat(64)]) {
  t.notOk(isDnsLabel(text), `no label: ${JSON.stringify(text)}`)
}
