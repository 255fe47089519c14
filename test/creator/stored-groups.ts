/** What the fake store holds of groups: whether all of it is there, belongs together and was written once. */
import type { Group } from '../../api/declaration/group.ts'
import { isKey } from '../../api/declaration/secret-type.ts'
import type { FakeSsmServer } from '../../runtime/fake-ssm/server.ts'
import { matchPair } from '../../runtime/groups/match-pair.ts'
import { secretValue } from '../../runtime/secret-value.ts'

/** One group as a test declares it, and as the creator has to store it. */
export type TestGroup = {
  readonly type: Group['type']
  /** Of the parameters, in the order of making. */
  readonly names: readonly string[]
  readonly annotations: Readonly<Record<string, string>>
}

/** @param base of the names; the parameters are below `prefix`. */
export function testGroup(
  kind: 'RSA' | 'GPG' | 'pair' | 'RANDOM' | 'PASSWORD',
  prefix: string,
  base: string,
): TestGroup {
  const suffixes =
    kind === 'RSA' || kind === 'GPG'
      ? ['_private', '_public']
      : kind === 'pair'
        ? ['_consumer', '_provider']
        : ['']
  const type = kind === 'pair' ? 'RANDOM' : kind
  const size = isKey(type) ? 2048 : 128
  const userId = kind === 'GPG' ? `,userId=${base} <${base}@example.com>` : ''
  // The last part alone declares the whole group.
  return {
    type,
    names: suffixes.map((suffix) => `${prefix}/${base}${suffix}`),
    annotations: {
      [`secret.bsycorp.com/${base}${suffixes.at(-1)}`]: `kind=DYNAMIC,type=${type},size=${size}${userId}`,
    },
  }
}

export function annotationsOf(
  prefix: string,
  groups: readonly TestGroup[],
): Readonly<Record<string, string>> {
  return Object.assign({ 'init.bsycorp.com/storage-prefix': prefix }, ...groups.map((one) => one.annotations))
}

export function isComplete({ stored }: FakeSsmServer, { names }: TestGroup): boolean {
  return names.every((name) => stored.newest(name) !== undefined)
}

/** What is wrong, a line each; empty: every group is there, matches, and was written once and never again. */
export function faultsOf({ stored }: FakeSsmServer, groups: readonly TestGroup[]): string[] {
  return groups.flatMap(({ type, names }) => {
    const versions = names.map((name) => stored.newest(name))
    const missing = names.filter((_, index) => versions[index] === undefined)
    if (missing.length > 0) return missing.map((name) => `${name} is missing`)
    const again = names.filter((_, index) => versions[index]?.version !== 1)
    const [first, second] = versions.map((one) => one?.value ?? '')
    const matches =
      second === undefined ||
      (isKey(type)
        ? matchPair(type, secretValue(first ?? ''), secretValue(second)) === 'match'
        : first === second)
    return [
      ...again.map((name) => `${name} was written again`),
      ...(matches ? [] : [`${names.join(' and ')} do not match`]),
    ]
  })
}
