#!/usr/bin/env node
// In an image, this is /usr/local/bin/init, and the same for the functions. It runs the program with what V8 compiled of it when the image was
// built (make-code-cache.ts), because compiling takes a large part of a run. V8 rejects what another version or platform made, and compiles.
const { isAscii } = require('node:buffer')
const { closeSync, fstatSync, openSync, readFileSync, readSync } = require('node:fs')
const { Script } = require('node:vm')

const name = __filename.slice(__dirname.length + 1)
const program = `${__dirname}/../lib/kees/${name}`
let cache
try {
  cache = readFileSync(`${program}.cache`)
} catch {
  cache = undefined
}
// Around the program, of which this makes the first line a comment. As bytes: V8 would keep a string that is joined to others.
const [before, after] = ['(function (exports, require, module) {//', '\n})']
const file = openSync(program, 'r')
const { size } = fstatSync(file)
const text = Buffer.allocUnsafeSlow(before.length + size + after.length)
text.write(before)
let end = before.length
// One call may return a part of the file.
for (let read = -1; read !== 0 && end < before.length + size; end += read)
  read = readSync(file, text, { offset: end, length: before.length + size - end })
text.write(after, end)
closeSync(file)
// Reading UTF-8 makes another copy.
const encoding = isAscii(text) ? 'latin1' : 'utf8'
const script = new Script(text.toString(encoding), { filename: name, cachedData: cache })
// Buffers of this size have memory of their own, which is given back now: no garbage is collected in a start.
for (const bytes of [text, cache])
  if (bytes !== undefined && bytes.length === bytes.buffer.byteLength) bytes.buffer.transfer(0)
script.runInThisContext()(exports, require, module)
