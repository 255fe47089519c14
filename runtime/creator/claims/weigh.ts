/**
 * How much memory the creator needs for what it keeps: estimates, from above, of what test/creator/weigh.test.ts measures with
 * the flags of the creator. A parameter's name is kept in claims, queues and what is known of the store.
 */
import type { Annotation } from '../../../api/pod/pod-annotations.ts'
import type { TemplateContent } from './read-claims.ts'

export const podBytes = 300
export const templateBytes = 2000
const claimBytes = 1500
const copiesOfName = 2
/** Of a claim that is worked on, beside that. A tenant is charged with one; more are bounded for all tenants together. */
export const workBytes = 10_000

/** @param annotations that the template was read from: pieces of them may be kept, and hold the whole text. */
export function weigh({ claims, warnings }: TemplateContent, annotations: readonly Annotation[]): number {
  let bytes = templateBytes
  for (const [key, value] of annotations) bytes += 2 * (key.length + value.length)
  for (const { message } of warnings) bytes += 2 * message.length
  for (const { group } of claims) {
    bytes += claimBytes + 2 * (group.userId?.length ?? 0)
    for (const { parameter } of group.parts) bytes += copiesOfName * parameter.length
  }
  return bytes
}
