import t from 'tap'
import { formatMpi, formatPacket, parsePackets, skipMpis } from './openpgp-packets.ts'

for (const length of [0, 1, 191, 192, 193, 8383, 8384, 70_000]) {
  const packets = [
    { tag: 13, body: Buffer.alloc(length, 7) },
    { tag: 2, body: Buffer.from('x') },
  ]
  t.strictSame(parsePackets(Buffer.concat(packets.map(formatPacket))), packets, `a packet of ${length} bytes`)
}

t.equal(
  formatPacket({ tag: 6, body: Buffer.alloc(8383) })
    .subarray(0, 3)
    .toString('hex'),
  'c6dfff',
)
t.equal(
  formatPacket({ tag: 6, body: Buffer.alloc(8384) })
    .subarray(0, 6)
    .toString('hex'),
  'c6ff000020c0',
)

t.strictSame(
  parsePackets(Buffer.from('9801aa990002bbcc9a00000001dd', 'hex')),
  [
    { tag: 6, body: Buffer.from('aa', 'hex') },
    { tag: 6, body: Buffer.from('bbcc', 'hex') },
    { tag: 6, body: Buffer.from('dd', 'hex') },
  ],
  'packets as GnuPG writes them, with lengths of one, two and four bytes',
)
t.strictSame(parsePackets(Buffer.alloc(0)), [])

const malformed: readonly (readonly [title: string, hex: string])[] = [
  ['text', '61626364'],
  ['a body that was cut', 'c60300aa'],
  ['a length that was cut', 'c6ff0000'],
  ['a length of two bytes that was cut', 'c6c1'],
  ['no length', 'c6'],
  ['a partial length', 'c6e100'],
  ['an older packet of no certain length', '9baabb'],
  ['an older length that was cut', '9900'],
]
for (const [title, hex] of malformed)
  t.equal(parsePackets(Buffer.from(hex, 'hex')), undefined, `refused: ${title}`)

const integers: readonly (readonly [number: string, mpi: string])[] = [
  ['00', '0000'],
  ['', '0000'],
  ['01', '000101'],
  ['0001ff', '000901ff'],
  ['ff', '0008ff'],
  ['80', '000880'],
]
for (const [number, mpi] of integers)
  t.equal(formatMpi(Buffer.from(number, 'hex')).toString('hex'), mpi, `the integer 0x${number}`)

const two = Buffer.from('aa000901ff0008ff', 'hex')
t.equal(skipMpis(two, 1, 2), 8)
t.equal(skipMpis(two, 1, 3), undefined, 'there is no third one')
t.equal(skipMpis(two.subarray(0, 7), 1, 2), undefined, 'the second was cut')
