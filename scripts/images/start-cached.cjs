#!/usr/bin/env node
// In an image, this is /usr/local/bin/init, and the same for the functions. It runs the program with what V8 compiled of it when the image was
// built (make-code-cache.ts), because compiling takes a large part of a run. V8 rejects what another version or platform made, and compiles.
const { readFileSync } = require('node:fs')
const { Script } = require('node:vm')

const name = __filename.slice(__dirname.length + 1)
const program = `${__dirname}/../lib/kees/${name}`
let cache
try {
  cache = readFileSync(`${program}.cache`)
} catch {
  cache = undefined
}
const text = readFileSync(program)
// As bytes: V8 would keep a string that is joined to others. The first line of the program becomes a comment.
const body = Buffer.concat([
  Buffer.from('(function (exports, require, module) {//'),
  text,
  Buffer.from('\n})'),
])
const script = new Script(body.toString(), { filename: name, cachedData: cache })
// Buffers of this size have memory of their own, which is given back now: no garbage is collected in a start.
for (const bytes of [text, body, cache])
  if (bytes !== undefined && bytes.length === bytes.buffer.byteLength) bytes.buffer.transfer(0)
script.runInThisContext()(exports, require, module)
