/** The reader of the kubelet's file, held to what this machine's Go writes and reads: all of Unicode, any bytes. */
import { join } from 'node:path'
import t from 'tap'
import { parseAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { findCommand } from '../../scripts/tools/installed.ts'
import { runGoFile } from '../programs/run-go.ts'

const go = findCommand('go')
const skip = go === undefined && 'needs the command go'

const replacement = '\ufffd'

t.test('every value that Go quotes is read as Go reads it', { skip }, async (t) => {
  const { status, stdout, stderr } = runGoFile(go ?? '', join(import.meta.dirname, 'go-quote', 'main.go'))
  t.equal(status, 0, stderr)
  const vectors = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
  t.ok(vectors.length > 100_000, `${vectors.length} of them`)

  // One file, as the kubelet writes it: without a line end after the last line.
  const file = vectors.map(([, quoted], index) => `k${index}=${quoted}`).join('\n')
  const { annotations, diagnostics } = parseAnnotationsFile(file)
  const read = new Map(annotations)
  const wrong = vectors.flatMap(([title, quoted, expected = ''], index) => {
    const value = read.get(`k${index}`)
    return matches(value, expected) ? [] : [{ title, quoted, expected, value }]
  })
  t.strictSame(wrong.slice(0, 10), [], 'the same characters')
  t.equal(annotations.length + diagnostics.length, vectors.length, 'each line is a value or a diagnostics')
  for (const kind of ['refused', '?', 'c3a9']) {
    const count = vectors.filter(([, , expected]) => expected?.includes(kind)).length
    t.ok(count > 100, `${count} with ${kind}`)
  }
})

/** Each run of bytes that is no UTF-8 is U+FFFD, once or more often; everything around it is as it was. */
function matches(value: string | undefined, expected: string): boolean {
  if (expected === 'refused' || value === undefined) return expected === 'refused' && value === undefined
  if (!expected.includes('?')) return Buffer.from(value).toString('hex') === expected
  const around = value.split(new RegExp(`${replacement}+`)).map((piece) => Buffer.from(piece).toString('hex'))
  return around.join('?') === expected
}
