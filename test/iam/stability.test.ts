/** What a reviewer sees in policies.tf when the manifests change, step after step: the lines that must change, and no others. */
import { deepStrictEqual, ok } from 'node:assert/strict'
import * as fc from 'fast-check'
import hcl from 'hcl2-json-parser'
import t from 'tap'
import { isLong } from '../programs/long.ts'
import { stringify } from 'yaml'
import { fakeIo } from '../../cli/fake-io.ts'
import { kees } from '../../cli/kees.ts'
import { RoleHistory, type Roles } from './role-history.ts'

/** A Deployment for each role. */
function manifestOf(roles: Roles): string {
  return [...roles]
    .map(([role, names], index) => {
      const declared = names.map((name, at) => [
        `secret.bsycorp.com/s${at}`,
        `kind=REFERENCE,type=PASSWORD,storageKey=${name.slice(1)}`,
      ])
      const annotations = Object.fromEntries([['iam.amazonaws.com/role', role], ...declared])
      const template = { metadata: { annotations }, spec: { containers: [{ name: 'app' }] } }
      return stringify({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: `app-${index}` },
        spec: { template },
      })
    })
    .join('---\n')
}

async function policiesOf(roles: Roles): Promise<string> {
  const io = fakeIo(manifestOf(roles))
  const exit = await kees(['export', '--allow-uninjected', '-f', '-'], io)
  if (exit !== 0) throw new Error(io.said())
  return io.printed()
}

/** By role, its lines; by `''` those of no role. Lines of a role are nowhere else. */
function blocksOf(policies: string): Map<string, string[]> {
  const blocks = new Map<string, string[]>()
  let role = ''
  for (const line of policies.split('\n')) {
    const [, key] = /^ {4}"([^"]+)" = \{$/.exec(line) ?? []
    role = key ?? role
    // Blank lines separate the roles.
    if (line !== '') blocks.set(role, [...(blocks.get(role) ?? []), line])
    if (line === '    }') role = ''
  }
  return blocks
}

/** Lines that are in one only, as often as they are there more. */
function linesAdded(before: readonly string[], after: readonly string[]): string[] {
  const left = [...before]
  return after.filter((line) => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

const none: Parts = { of: new Map(), count: 0 }
const lineOf = (name: string) => `        "${name}",`
type Parts = { readonly of: ReadonlyMap<string, number>; readonly count: number }

/** By role, which of its lists each parameter is in, as a parser of HCL that is not ours reads it. */
async function partsOf(policies: string): Promise<ReadonlyMap<string, Parts>> {
  const read: { readonly locals: readonly { readonly grants?: Readonly<Record<string, object>> }[] } =
    JSON.parse(JSON.stringify(await hcl.parseToObject(policies)))
  const grants = read.locals.flatMap(({ grants: some = {} }) => Object.entries(some))
  return new Map(
    grants.map(([role, grant]) => {
      const lists = Object.entries(grant).filter(([name]) => /^part[0-9]+$/.test(name))
      const parts = lists.flatMap(([name, value]) =>
        [value].flat().map((one): [string, number] => [String(one), Number(name.slice(4))]),
      )
      return [role, { of: new Map(parts), count: Math.max(...parts.map(([, part]) => part)) }]
    }),
  )
}

t.setTimeout(1_200_000)
const historySeed = Number(process.env['KEES_HISTORY_SEED'] ?? 4)
await t.test(`in a history of changes, by seed ${historySeed}`, async (t) => {
  const seen = { lines: 0, splits: 0, merges: 0 }
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const history = new RoleHistory(seed, [1, 2, 3, 30, 54, 55, 75, 160])
      let before = await policiesOf(history.roles)
      let partsBefore = await partsOf(before)
      for (let step = 0; step < 3; step++) {
        const old = history.roles
        history.step()
        const after = await policiesOf(history.roles)
        const partsAfter = await partsOf(after)
        const [then, now] = [blocksOf(before), blocksOf(after)]
        deepStrictEqual([...now.keys()].toSorted(), ['', ...history.roles.keys()].toSorted())
        deepStrictEqual(now.get(''), then.get(''), 'what is the same for all roles never changes')
        for (const [role, names] of history.roles) {
          const had = old.get(role)
          if (had === undefined) continue
          const [lines, oldLines] = [now.get(role) ?? [], then.get(role) ?? []]
          const [parts = none, oldParts = none] = [partsAfter.get(role), partsBefore.get(role)]
          const stayed = names.filter((name) => had.includes(name))
          const moved = stayed.filter((name) => parts.of.get(name) !== oldParts.of.get(name))
          if (parts.count > oldParts.count) seen.splits++
          else if (parts.count < oldParts.count) seen.merges++
          else {
            seen.lines++
            const [more, fewer] = [linesAdded(oldLines, lines), linesAdded(lines, oldLines)]
            deepStrictEqual(
              more.toSorted(),
              names
                .filter((name) => !had.includes(name))
                .map(lineOf)
                .toSorted(),
            )
            deepStrictEqual(
              fewer.toSorted(),
              had
                .filter((name) => !names.includes(name))
                .map(lineOf)
                .toSorted(),
            )
          }
          for (const name of moved) {
            const [from, to] = [oldParts.of.get(name) ?? 0, parts.of.get(name) ?? 0]
            ok(
              parts.count > oldParts.count ? to > oldParts.count : from > parts.count,
              `${name} moves from ${from} of ${oldParts.count} to ${to} of ${parts.count}`,
            )
          }
        }
        before = after
        partsBefore = partsAfter
      }
    }),
    { numRuns: isLong ? 10 : 3, seed: historySeed },
  )
  const [lines, splits, merges] = isLong ? [80, 10, 2] : [15, 1, 0]
  t.ok(seen.lines > lines && seen.splits > splits && seen.merges > merges, JSON.stringify(seen))
})
