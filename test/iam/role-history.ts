/** For tests: what roles read as time goes by, step after step, by chance from a seed. */
import { seededRandom } from '../../runtime/fake-ssm/faults.ts'

const motoAccount = '123456789012'

/** By the role, its name or its ARN, the names of its parameters, sorted. */
export type Roles = ReadonlyMap<string, readonly string[]>

const kinds = ['nothing', 'add', 'remove', 'rename', 'grow', 'shrink', 'respelt', 'renamed', 'gone'] as const
type ChangeOfRole = { readonly role: string; readonly kind: (typeof kinds)[number] }

export class RoleHistory {
  readonly #random: () => number
  #parameters = 0
  #names = 0
  roles: Roles
  /** What the last step did, role by role. */
  changes: readonly ChangeOfRole[] = []

  /** @param sizes how many parameters each role has at first: about 50 make a policy. */
  constructor(seed: number, sizes: readonly number[]) {
    this.#random = seededRandom(seed)
    this.roles = new Map(sizes.map((size) => [this.#roleName(), this.#newNames(size)]))
  }

  /** Something else happens to each role, to most of them. */
  step(): void {
    const changes: ChangeOfRole[] = []
    const entries = [...this.roles].flatMap(([role, names]): [string, readonly string[]][] => {
      const kind = this.#oneOf(kinds) ?? 'nothing'
      changes.push({ role, kind })
      if (kind === 'respelt') return [[respelt(role), names]]
      if (kind === 'renamed') return [[this.#roleName(), names]]
      if (kind === 'gone') return [[this.#roleName(), this.#newNames(1 + this.#below(80))]]
      return [[role, this.#changed(kind, names)]]
    })
    this.roles = new Map(entries)
    this.changes = changes
  }

  #changed(kind: ChangeOfRole['kind'], names: readonly string[]): readonly string[] {
    if (kind === 'add') return this.#with(names, 1)
    if (kind === 'remove') return this.#without(names, 1)
    if (kind === 'rename') return this.#with(this.#without(names, 1), 1)
    if (kind === 'grow') return this.#with(names, 5 + this.#below(90))
    if (kind === 'shrink') return this.#without(names, 5 + this.#below(90))
    return names
  }

  #with(names: readonly string[], count: number): readonly string[] {
    return [...names, ...this.#newNames(count)].toSorted()
  }

  /** Any of them; one is left. */
  #without(names: readonly string[], count: number): readonly string[] {
    const left = [...names]
    for (let gone = 0; gone < count && left.length > 1; gone++) left.splice(this.#below(left.length), 1)
    return left
  }

  #newNames(count: number): readonly string[] {
    const name = () => {
      const letter = 'abcdefg'.charAt(this.#below(7))
      return `/team/${letter}/${letter.repeat(28)}-${this.#parameters++}`
    }
    return Array.from({ length: count }, name).toSorted()
  }

  #roleName(): string {
    return `role-${this.#names++}`
  }

  #oneOf<T>(all: readonly T[]): T | undefined {
    return all[this.#below(all.length)]
  }

  #below(most: number): number {
    return Math.floor(this.#random() * most)
  }
}

/** The same role by its ARN, or by its bare name. */
function respelt(role: string): string {
  const prefix = `arn:aws:iam::${motoAccount}:role/`
  return role.startsWith(prefix) ? role.slice(prefix.length) : prefix + role
}
