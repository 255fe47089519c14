import t from 'tap'
import { dnsSubdomainPattern } from './dns-subdomain.ts'

/** As a JSON Schema anchored on both sides applies it. */
const whole = new RegExp(`^${dnsSubdomainPattern}$`)

for (const text of ['a', '0', 'a-b', 'a.b', 'a'.repeat(253)]) t.ok(whole.test(text), `a name: ${text}`)
for (const text of ['', 'A', '-a', 'a-', '.a', 'a_b', 'a b', 'a\n', 'é', 'a'.repeat(254)]) {
  t.notOk(whole.test(text), `no name: ${JSON.stringify(text)}`)
}
