/**
 * How much memory the creator needs for what it keeps: estimates, from above. `npm run bench:creator -- --hostile` compares
 * them with the heap. A parameter's name is kept in claims, queues, what is known of the store, and Events.
 */
import type { Annotation } from '../../api/pod-annotations.ts'
import type { TemplateContent } from './read-claims.ts'

export const podBytes = 400
export const templateBytes = 1000
const claimBytes = 1500
const copiesOfName = 5

/** @param annotations that the template was read from: pieces of them may be kept, and hold the whole text. */
export function weigh({ claims, warnings }: TemplateContent, annotations: readonly Annotation[]): number {
  let bytes = templateBytes
  for (const [key, value] of annotations) bytes += 2 * (key.length + value.length)
  for (const { message } of warnings) bytes += 2 * message.length
  for (const { group } of claims) {
    bytes += claimBytes
    for (const { parameter } of group.parts) bytes += copiesOfName * parameter.length
  }
  return bytes
}
