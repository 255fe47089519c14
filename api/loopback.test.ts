import t from 'tap'
import { isLinkLocal, isLoopback, isOwnMachine } from './loopback.ts'

for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]'])
  t.equal(isLoopback(new URL(`http://${host}:80`).hostname), true, host)
for (const host of ['127.0.0.1.example.com', 'localhost.example.com', '10.0.0.1', '[::2]', '0.0.0.0'])
  t.equal(isLoopback(new URL(`http://${host}:80`).hostname), false, host)

for (const host of ['169.254.169.254', '169.254.170.23', '[fd00:ec2::23]', '[fe80::1]', '[febf::1]'])
  t.ok(isLinkLocal(host) && isOwnMachine(host) && !isLoopback(host), host)
for (const host of [
  '169.254.1',
  '169.254.169.254.example.com',
  '[fec0::1]',
  '[fd00:ec3::23]',
  '10.0.0.1',
  'x',
])
  t.notOk(isOwnMachine(host), host)
t.ok(isOwnMachine('localhost'))
