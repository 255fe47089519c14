import t from 'tap'
import { isLoopback } from './loopback.ts'

for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]'])
  t.equal(isLoopback(new URL(`http://${host}:80`).hostname), true, host)
for (const host of ['127.0.0.1.example.com', 'localhost.example.com', '10.0.0.1', '[::2]', '0.0.0.0'])
  t.equal(isLoopback(new URL(`http://${host}:80`).hostname), false, host)
