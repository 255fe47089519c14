/** Which parameters nobody needs: those that kees made, whole groups, never named. Pure. */
import type { GeneratedType } from '../../api/declaration/secret-type.ts'
import { groupBy } from '../../api/group-by.ts'
import { roleOf } from '../../api/declaration/group.ts'
import type { DescribedParameter } from '../../runtime/account/describe-parameters.ts'
import { parseDescription } from '../../runtime/groups/description.ts'

export type UnusedGroup = {
  /** One parameter, or the parts of a pair that exist. */
  readonly parameters: readonly string[]
  readonly type: GeneratedType
  readonly size: number
  /** The latest of its parts, in milliseconds. */
  readonly created: number
}

const suffixes = ['private', 'public', 'consumer', 'provider'] as const

/**
 * @param stored everything below the prefixes. @param isNamed by a manifest, a workload or a read.
 * @param before what was created later is not judged, in milliseconds: no read of it can be known.
 */
export function unusedGroups(
  stored: readonly DescribedParameter[],
  isNamed: (name: string) => boolean,
  before: number,
): UnusedGroup[] {
  const groups = groupBy(stored, ({ name }) => groupKey(name))
  return [...groups.values()].flatMap((parts): UnusedGroup[] => {
    const made = parts.map(madeByKees)
    const [first] = made
    // One part that is named, written by others or too young keeps the whole group.
    if (!first || made.some((one) => !one || one.type !== first.type || one.size !== first.size)) return []
    if (parts.some(({ name, modified }) => isNamed(name) || modified >= before)) return []
    const parameters = parts.map(({ name }) => name).toSorted()
    const created = Math.max(...parts.map(({ modified }) => modified))
    return [{ parameters, type: first.type, size: first.size, created }]
  })
}

/** What the parts of a pair have in common. A name without the suffix of a part is a group of its own. */
function groupKey(name: string): string {
  const suffix = suffixes.find((one) => name.endsWith(`_${one}`))
  if (suffix === undefined) return name
  const kind = suffix === 'private' || suffix === 'public' ? 'key' : 'value'
  return `${name.slice(0, -suffix.length)} ${kind}`
}

/**
 * Whoever may write a parameter chooses its Description, so it counts only as kees writes it: about this name, and on the first version, whose
 * author wrote the Description too.
 */
function madeByKees({ name, description, version }: DescribedParameter) {
  const made = parseDescription(description)
  return made && version === 1 && roleOf(made.type, name) === made.role ? made : undefined
}
