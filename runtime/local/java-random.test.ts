import t from 'tap'
import { javaHashCode, javaRandomBytes } from './java-random.ts'

// The documentation of String.hashCode: s[0]*31^(n-1) + … + s[n-1], in 32 bits.
t.equal(javaHashCode(''), 0)
t.equal(javaHashCode('a'), 97)
t.equal(javaHashCode('db.password'), -1706504693, 'it may be negative')
t.equal(javaHashCode('😀'), 0xd83d * 31 + 0xde00, 'a character may be two units')

const hex = (seed: number, size: number) => javaRandomBytes(seed, size).toString('hex')
// The first of `new Random(0).nextInt()` is -1155484576, 0xbb20b460.
t.equal(hex(0, 4), '60b420bb', 'each word begins with its lowest byte')
t.equal(hex(0, 9), hex(0, 12).slice(0, 18), 'of the last word, as many as are wanted')
t.equal(
  hex(-1706504693, 16),
  '386896435603_4c7d496d_f5f7_3149_f028'.replaceAll('_', ''),
  'of a negative seed',
)
