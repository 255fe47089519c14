import t from 'tap'
import { localPassword } from './local-password.ts'

const of = (hex: string, length: number) => localPassword(Buffer.from(hex, 'hex'), length)

t.equal(of('3d', 1), 'z', '61, the last digit')
t.equal(of('3e', 2), '10', '62')
t.equal(of('ffffffffffffffff', 3), 'LygHa16AHYF'.slice(0, 3), 'the first digits')
t.equal(of('ffffffffffffffff', 11), 'LygHa16AHYF', 'all digits of 2^64 - 1')
t.equal(of('00000000000000000001', 8), '1', 'bytes that are zero give no digits')
t.equal(of('00', 1), '0', 'but for the number itself')
