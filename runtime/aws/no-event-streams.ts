/**
 * Replaces `@smithy/core/event-streams` in the programs that run in pods: no answer to their calls is a stream of events. The SDK loads
 * it with `import()`, and whatever can be loaded so is parsed twice, with all that it imports (scripts/bundle.ts).
 */
const absent = 'this program has no event streams'

export function eventStreamSerdeProvider(): never {
  throw new Error(absent)
}

export function EventStreamSerde(): never {
  throw new Error(absent)
}
