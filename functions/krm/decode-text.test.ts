import { gzipSync } from 'node:zlib'
import t from 'tap'
import { decodeText } from './decode-text.ts'

const wrong = (bytes: Buffer) =>
  decodeText(bytes)
    .diagnostics?.map(({ message }) => message)
    .join()
const text = 'a: "ä€😀"\n'
t.same(decodeText(Buffer.from(text)), { value: text })
t.same(decodeText(Buffer.from('')), { value: '' })
t.equal(wrong(Buffer.from('a: \0\n')), 'has a NUL byte, which YAML does not allow')
t.equal(wrong(Buffer.from(text, 'utf16le')), 'has a NUL byte, which YAML does not allow')
t.equal(wrong(Buffer.from(`\ufeff${text}`, 'utf16le')), 'is UTF-16 or UTF-32 text, not UTF-8')
t.equal(wrong(Buffer.from(`\ufeff${text}`, 'utf16le').swap16()), 'is UTF-16 text, not UTF-8')
t.equal(wrong(Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 97])), 'has a NUL byte, which YAML does not allow')
t.equal(wrong(gzipSync(text)), 'is compressed by gzip')
t.equal(wrong(Buffer.from([0x61, 0xff])), 'is not UTF-8 text')
