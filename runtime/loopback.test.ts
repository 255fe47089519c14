import t from 'tap'
import { isLoopback } from './loopback.ts'

for (const host of ['localhost', '127.0.0.1', '127.8.9.1', '[::1]']) t.ok(isLoopback(host), host)
for (const host of ['127.0.0.1.example.com', '10.0.0.1', 'localhost.example.com', '[fe80::1]', '']) {
  t.notOk(isLoopback(host), host)
}
