/**
 * Loaded into every Node that a test of the whole suite starts (untapped.ts), where it records, in the folder that
 * KEES_TEST_RECORD names:
 *
 *     said-<pid>     everything that the program writes to its standard output and standard error, and what NODE_DEBUG adds,
 *                    which goes here alone: the tests would take it for the program's own words
 *     values-<pid>   the values that it put into a store or got from one, as JSON texts, one a line
 *
 * scripts/results/find-values.ts then looks for the values in what was said. Runs on every Node from 20.
 */
const fs = require('node:fs')
const path = require('node:path')

const folder = process.env['KEES_TEST_RECORD'] ?? ''
const said = path.join(folder, `said-${process.pid}`)
const values = path.join(folder, `values-${process.pid}`)

/**
 * Open until the end: there are many short lines.
 *
 * @type {Map<string, number>}
 */
const descriptors = new Map()
const { writeSync } = fs

record(said, `# ${path.basename(process.argv[1] ?? 'node')}\n`)

/** As https://nodejs.org/api/util.html#utildebuglogsection-callback writes it, and the warning that it comes with. */
const debugLine =
  /^([A-Z][A-Z0-9_]* \d+: |\(node:\d+\) Warning: Setting the NODE_DEBUG|\(Use `node --trace-warnings)/

for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
  const descriptor = Object.getOwnPropertyDescriptor(process, name)
  /** @type {unknown} */
  let known
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    get() {
      /** @type {NodeJS.WriteStream} */
      const stream = descriptor?.get?.call(process)
      if (stream !== known) wrap(stream)
      known = stream
      return stream
    },
  })
}

/** @param {NodeJS.WriteStream} stream */
function wrap(stream) {
  const write = stream.write.bind(stream)
  /** @type {(chunk: string | Uint8Array, ...rest: any[]) => boolean} */
  stream.write = (chunk, ...rest) => {
    record(said, chunk)
    if (!debugLine.test(String(chunk))) return write(chunk, ...rest)
    rest.find((one) => typeof one === 'function')?.()
    return true
  }
}

/** @type {(fd: number, data: any, ...rest: any[]) => number} */
fs.writeSync = (fd, data, ...rest) => {
  const written = writeSync(fd, data, ...rest)
  if (fd === 1 || fd === 2)
    record(said, typeof data === 'string' ? data : Buffer.from(data).subarray(rest[0] ?? 0))
  return written
}
require('node:module').syncBuiltinESMExports()

// What crosses the wire to Parameter Store is JSON: `Value` of a Put, `Parameters` of an answer.
const { parse, stringify } = JSON
/** @type {typeof JSON.parse} */
JSON.parse = (text, reviver) => {
  const result = parse(text, reviver)
  for (const parameter of Array.isArray(result?.Parameters) ? result.Parameters : [])
    noteValue(parameter?.Value)
  return result
}
/** @param {any} value @param {any[]} rest */
JSON.stringify = (value, ...rest) => {
  if (typeof value?.Name === 'string') noteValue(value.Value)
  return stringify(value, ...rest)
}

/** @param {unknown} value */
function noteValue(value) {
  if (typeof value === 'string') record(values, `${stringify(value)}\n`)
}

// The embedded store: a file for each value.
process.on('exit', () => {
  const store = /^file:(.+)$/.exec(process.env['KEES_STORE'] ?? '')?.[1]
  if (store === undefined) return
  try {
    for (const name of fs.readdirSync(store)) noteValue(fs.readFileSync(path.join(store, name), 'utf8'))
  } catch {
    // No store, or none that may be read: that is for the program to say.
  }
})

/** @param {string} file @param {string | Uint8Array} text */
function record(file, text) {
  try {
    const descriptor = descriptors.get(file) ?? fs.openSync(file, 'a')
    descriptors.set(file, descriptor)
    // Not by a stream: a program that is killed has written all of it.
    writeSync(descriptor, typeof text === 'string' ? Buffer.from(text) : text)
  } catch {
    // A program that may not write there, run as another user, is not recorded; the scan says how many are.
  }
}
