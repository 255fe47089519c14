#!/usr/bin/env node
// In an image, this is /usr/local/bin/init, and the same for the functions. It runs the program with what V8 compiled of it when the image was
// built (make-code-cache.ts), because compiling takes a large part of a run. V8 rejects what another version or platform made, and compiles.
const { readFileSync } = require('node:fs')
const path = require('node:path')
const { Script } = require('node:vm')

const name = path.basename(__filename)
const program = path.join(__dirname, '..', 'lib', 'kees', name)

function readCache() {
  try {
    return readFileSync(`${program}.cache`)
  } catch {
    return undefined
  }
}

const text = readFileSync(program, 'utf8')
const body = `(function (exports, require, module) {${text.slice(text.indexOf('\n'))}\n})`
const script = new Script(body, { filename: name, cachedData: readCache() })
script.runInThisContext()(exports, require, module)
