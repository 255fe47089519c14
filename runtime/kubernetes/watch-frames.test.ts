import fc from 'fast-check'
import t from 'tap'
import { runs } from '../../api/test-effort.ts'
import { failureOf } from '../failure.ts'
import { parseFrame, watchFrames } from './watch-frames.ts'
import { peer } from '../fixtures.ts'

async function read(...chunks: readonly string[]): Promise<unknown[]> {
  const frames: unknown[] = []
  const source = async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk)
  }
  for await (const frame of watchFrames(source(), peer)) frames.push(parseFrame(frame, peer))
  return frames
}

t.test('frames are complete, however they are split into chunks', async () => {
  const frame = fc.record({ type: fc.string(), object: fc.jsonValue() })
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 5 }), fc.array(fc.nat(200)), async (frames, cuts) => {
      const bytes = Buffer.from(frames.map((one) => `${JSON.stringify(one)}\n`).join(''))
      const edges = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].toSorted(
        (a, b) => a - b,
      )
      const source = async function* () {
        for (const [index, edge] of edges.entries()) yield bytes.subarray(edges[index - 1] ?? 0, edge)
      }
      const got: unknown[] = []
      for await (const one of watchFrames(source(), peer)) got.push(parseFrame(one, peer))
      return JSON.stringify(got) === JSON.stringify(frames)
    }),
    runs(100),
  )
})

t.test('an incomplete frame at the end is dropped', async (t) => {
  t.strictSame(await read('{"a":1}\n{"b":', '2'), [{ a: 1 }])
})

t.test('a frame that is not JSON is a bad answer', async (t) => {
  const error: unknown = await read('{"a":1}\n<html>\n').catch((caught: unknown) => caught)
  t.match(failureOf(error), { code: 'BAD_ANSWER', message: /not JSON$/ })
})

t.test('a frame that does not end is a bad answer', async (t) => {
  const endless = Array.from({ length: 17 }, () => 'x'.repeat(2 ** 20))
  const error: unknown = await read(...endless).catch((caught: unknown) => caught)
  t.match(failureOf(error), { code: 'BAD_ANSWER', message: /more than 16 MiB$/ })
})
