/**
 * The policies allow what init asks for and nothing else, in the eyes of others: manifests of every sort go through
 * `kees export`, terraform evaluates policies.tf, and an evaluator of IAM judges the documents.
 */
import * as fc from 'fast-check'
import hcl from 'hcl2-json-parser'
import t from 'tap'
import { fakeIo } from '../cli/fake-io.ts'
import { kees } from '../cli/kees.ts'
import { account, arbitraryCluster, type ArbitraryCluster } from './arbitrary-workloads.ts'
import { getParameters, namesNear, otherRequests, parameterArn, placesNear } from './arbitrary-requests.ts'
import { type Documents, evaluatePolicies, type Place, resourcesOf } from './evaluate-policies.ts'
import { complaintsOf, isAllowed } from './iam-judge.ts'
import { terraform } from './tools.ts'

const skip = terraform().missing ?? false

type Case = ArbitraryCluster & { readonly policies: string; readonly place: Place }

/** Roles that are given as ARNs are of this partition. */
const places: readonly Place[] = [
  { partition: 'aws', region: 'eu-west-1', account },
  { partition: 'aws', region: 'us-isof-south-1', account },
]

const cases: Case[] = []
for (const [index, cluster] of fc.sample(arbitraryCluster(8), { numRuns: 40, seed: 5 }).entries()) {
  const io = fakeIo(cluster.manifest)
  // Two declarations of one parameter may disagree; then there is no policy, and nothing is granted.
  if ((await kees(['export', '--allow-uninjected', '-f', '-'], io)) !== 0) continue
  const place = places[index % places.length]
  if (place) cases.push({ ...cluster, place, policies: io.printed() })
}

/** What each role, or workload without one, is to be allowed. */
function readersOf({ pods }: ArbitraryCluster): ReadonlyMap<string, ReadonlySet<string>> {
  const readers = new Map<string, Set<string>>()
  for (const { reader, parameters } of pods) {
    readers.set(reader, new Set([...(readers.get(reader) ?? []), ...parameters]))
  }
  return readers
}

await t.test('what the policies allow', { skip, timeout: 120_000 }, async (t) => {
  t.ok(cases.length > 20, `${cases.length} clusters of 40 have no mistake`)
  const evaluated = await evaluatePolicies(t.testdir({}), cases)
  const none: Documents = new Map()
  const all = cases.map((one, index) => ({ ...one, documents: evaluated[index] ?? none }))

  await t.test('there are documents for those who declare something, and for nobody else', async (t) => {
    for (const { documents, ...one } of all) {
      t.strictSame([...documents.keys()].toSorted(), [...readersOf(one).keys()].toSorted())
    }
  })

  await t.test('every name that a pod asks for is allowed, every other is denied', async (t) => {
    let [allowed, denied] = [0, 0]
    for (const { documents, place, ...one } of all) {
      const known = one.pods.flatMap(({ parameters }) => parameters)
      const names = new Set(known.flatMap((name) => [name, ...namesNear(name)]))
      for (const [reader, own] of readersOf(one)) {
        for (const name of names) {
          const verdict = await isAllowed(documents.get(reader) ?? [], getParameters(name, place))
          if (verdict !== own.has(name)) t.equal(verdict, own.has(name), `${reader}: ${name}`)
          if (verdict) allowed++
          else denied++
        }
      }
    }
    t.ok(allowed > 300 && denied > 10_000, `${allowed} are allowed, ${denied} denied`)
  })

  await t.test(
    'nothing is allowed in another account, region or partition, and no other action',
    async (t) => {
      const requests: number[] = []
      for (const { documents, place, ...one } of all.slice(0, 12)) {
        for (const [reader, names] of readersOf(one)) {
          for (const name of [...names].slice(0, 2)) {
            const elsewhere = placesNear(place).map((other) => getParameters(name, other))
            for (const request of [...elsewhere, ...otherRequests(name, place)]) {
              const verdict = await isAllowed(documents.get(reader) ?? [], request)
              if (verdict) t.fail(`${reader} may ${request.action} on ${request.resource}`)
              requests.push(1)
            }
          }
        }
      }
      t.ok(requests.length > 500, `${requests.length} are denied`)
    },
  )

  await t.test('documents and requests are well-formed', async (t) => {
    for (const { documents, place } of all) {
      const some = [getParameters('/a', place)]
      t.strictSame(await complaintsOf([...documents.values()].flat(), some), [])
    }
    for (const place of places) t.strictSame(await complaintsOf([], otherRequests('/a', place)), [])
  })

  await t.test('hcl2-json-parser reads the same parameters in the same file', async (t) => {
    for (const { policies, place, documents } of all) {
      const evaluatedTo = sorted([...documents].map(([key, some]) => [key, resourcesOf(some)]))
      t.strictSame(await resourcesByParser(policies, place), evaluatedTo)
    }
  })
})

/** Who may read which ARNs, sorted: not an object, in which `constructor` and `__proto__` are more than keys. */
type Resources = readonly (readonly [reader: string, arns: readonly string[]])[]

function sorted(entries: readonly (readonly [string, readonly string[]])[]): Resources {
  return entries
    .map(([key, arns]) => [key, arns.toSorted()] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
}

type Read = { readonly locals: readonly { readonly grants?: Readonly<Record<string, object>> }[] }

async function resourcesByParser(policies: string, place: Place): Promise<Resources> {
  const { locals }: Read = JSON.parse(JSON.stringify(await hcl.parseToObject(policies)))
  const grants = locals.flatMap(({ grants: some = {} }) => Object.entries(some))
  const read = grants.map(([key, grant]) => {
    const parts = Object.entries(grant).flatMap(([name, value]) => (/^part[0-9]+$/.test(name) ? [value] : []))
    return [key, parts.flat().map((name) => parameterArn(String(name), place))] as const
  })
  return sorted(read)
}
