import t from 'tap'
import { isDnsSubdomain } from './dns-subdomain.ts'

for (const text of ['a', '0', 'a-b', 'a.b', 'a'.repeat(253)]) t.ok(isDnsSubdomain(text), `a name: ${text}`)
for (const text of ['', 'A', '-a', 'a-', '.a', 'a_b', 'a b', 'a\n', 'é', 'a'.repeat(254)]) {
  t.notOk(isDnsSubdomain(text), `no name: ${JSON.stringify(text)}`)
}
