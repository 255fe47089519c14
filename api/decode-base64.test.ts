import * as fc from 'fast-check'
import t from 'tap'
import { runs } from './test-effort.ts'
import { decodeBase64, textOf } from './decode-base64.ts'

const decoded: readonly (readonly [title: string, text: string, hex: string])[] = [
  ['with padding', 'aHVudGVyMg==', '68756e74657232'],
  ['without padding', 'aHVudGVyMg', '68756e74657232'],
  ['the standard alphabet', '+/+/', 'fbffbf'],
  ['the alphabet of URLs', '-_-_', 'fbffbf'],
  ['line ends', 'aHVu\ndGVy\r\nMg==\n', '68756e74657232'],
  ['nothing', '', ''],
]
for (const [title, text, hex] of decoded) t.equal(decodeBase64(text).value?.toString('hex'), hex, title)

const refused: readonly (readonly [title: string, text: string])[] = [
  ['both alphabets', '+/-_'],
  ['a space', 'aHVu dGVyMg=='],
  ['a tab', '\taHVudGVyMg=='],
  ['too little padding', 'aHVudGVyMg='],
  ['too much padding', 'aHVudGVyMg==='],
  ['padding where none is needed', 'aHVu='],
  ['padding alone', '='],
  ['padding in the middle', 'aHVudGVyMg==aHVu'],
  ['a single digit at the end', 'aHVud'],
  ['bits that say nothing', 'aHVudGVyMh'],
  ['another character', 'hunter2!'],
]
for (const [title, text] of refused)
  t.strictSame(decodeBase64(text), { diagnostics: [{ message: 'is not base64' }] }, `refused: ${title}`)

t.test('any bytes are read back, however they are written', async (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom('base64', 'base64url'),
      fc.boolean(),
      fc.integer({ min: 1, max: 80 }),
      (some, alphabet, isPadded, width) => {
        const bytes = Buffer.from(some)
        const written = bytes.toString(alphabet).replace(/=+$/, '')
        const padding = isPadded ? '='.repeat((4 - (written.length % 4)) % 4) : ''
        const lines = `${written}${padding}`.replace(new RegExp(`.{${width}}`, 'g'), '$&\r\n')
        t.ok(decodeBase64(lines).value?.equals(bytes))
      },
    ),
    runs(300),
  )
})

t.strictSame(textOf(Buffer.from('grüße\n')), { value: 'grüße\n' }, 'text')
t.strictSame(textOf(Buffer.from('\ufeffx')), { value: '\ufeffx' }, 'a byte order mark is kept')
t.match(textOf(Buffer.from([0xc3])).diagnostics, [{ message: 'is not UTF-8 text' }])
t.match(
  textOf(Buffer.from([0xed, 0xa0, 0x80])).diagnostics,
  [{ message: 'is not UTF-8 text' }],
  'a surrogate',
)
t.match(textOf(Buffer.from('a\0b')).diagnostics, [{ message: 'contains a NUL character' }])
