/**
 * The policies allow what init asks for and nothing else, in the eyes of others: manifests of every sort go through
 * `kees export`, terraform evaluates policies.tf, and an evaluator of IAM judges the documents.
 */
import * as fc from 'fast-check'
import hcl from 'hcl2-json-parser'
import t from 'tap'
import { runs, share } from '../../api/test-effort.ts'
import { fakeIo } from '../../cli/fake-io.ts'
import { kees } from '../../cli/kees.ts'
import {
  account,
  arbitraryCluster,
  type ArbitraryCluster,
  keyOf,
  secretNames,
} from '../manifests/arbitrary-workloads.ts'
import {
  decrypt,
  decryptSecret,
  getParameters,
  getSecret,
  namesNear,
  otherRequests,
  otherUses,
  parameterArn,
  placesNear,
  secretArn,
} from './arbitrary-requests.ts'
import { type Documents, evaluatePolicies, type AwsTarget, resourcesOf } from './evaluate-policies.ts'
import { complaintsOf, type IamRequest, isAllowed } from './iam-judge.ts'
import { terraform } from '../programs/tools.ts'

const skip = terraform().missing ?? false

type Case = ArbitraryCluster & { readonly policies: string; readonly place: AwsTarget }

/** Roles that are given as ARNs are of this partition. */
const places: readonly AwsTarget[] = [
  { partition: 'aws', region: 'eu-west-1', account },
  { partition: 'aws', region: 'us-isof-south-1', account },
]

const cases: Case[] = []
for (const [index, cluster] of fc.sample(arbitraryCluster(8), { ...runs(60), seed: 5 }).entries()) {
  const io = fakeIo(cluster.manifest)
  // Two declarations of one parameter may disagree; then there is no policy, and nothing is granted.
  if ((await kees(['export', '--allow-uninjected', ...cluster.flags, '-f', '-'], io)) !== 0) continue
  const place = places[index % places.length]
  if (place) cases.push({ ...cluster, place, policies: io.printed() })
}

/** What each role, or workload without one, is to be allowed. */
function readersOf(
  { pods }: Pick<ArbitraryCluster, 'pods'>,
  kind: 'parameters' | 'secrets' = 'parameters',
): ReadonlyMap<string, ReadonlySet<string>> {
  const readers = new Map<string, Set<string>>()
  for (const pod of pods) {
    for (const one of pod.readers) readers.set(one, new Set([...(readers.get(one) ?? []), ...pod[kind]]))
  }
  return readers
}

t.setTimeout(1_200_000)
await t.test('what the policies allow', { skip, timeout: 1_200_000 }, async (t) => {
  t.ok(cases.length > share(30), `${cases.length} clusters of ${share(60)} have no mistake`)
  const evaluated = await evaluatePolicies(t.testdir({}), cases)
  const none: Documents = new Map()
  const all = cases.map((one, index) => ({ ...one, documents: evaluated[index] ?? none }))

  await t.test('only workloads with declarations have documents', async (t) => {
    for (const { documents, ...one } of all) {
      t.strictSame([...documents.keys()].toSorted(), [...readersOf(one).keys()].toSorted())
    }
  })

  await t.test('every name that a pod requests is allowed, every other is denied', async (t) => {
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
    t.ok(allowed > share(300) && denied > share(10_000), `${allowed} are allowed, ${denied} denied`)
  })

  await t.test(
    'every secret that a pod requests is allowed, with its key, every other is denied',
    async (t) => {
      let [allowed, denied] = [0, 0]
      for (const { documents, place, secretKeys, ...one } of all.slice(0, 15)) {
        for (const [reader, own] of readersOf(one, 'secrets')) {
          const judge = async (request: IamRequest, expected: boolean) => {
            const verdict = await isAllowed(documents.get(reader) ?? [], request)
            if (verdict !== expected) t.equal(verdict, expected, `${reader}: ${JSON.stringify(request)}`)
            if (verdict) allowed++
            else denied++
          }
          for (const name of secretNames) {
            await judge(getSecret(`${name}-a1B2c3`, place), own.has(name))
            for (const rest of ['', '-', '-a1B2c', '-a1B2c34', '2-a1B2c3', '/x-a1B2c3', '*'])
              await judge(getSecret(`${name}${rest}`, place), own.has(`${name}${rest}`.slice(0, -7)))
            for (const key of new Set(secretKeys.values())) {
              const isOfKey = own.has(name) && secretKeys.get(name) === key
              await judge(decryptSecret(`${name}-a1B2c3`, key, place), isOfKey)
              // This would be the ARN of a secret whose name is seven characters shorter.
              const shorter = name.slice(0, -7)
              const isOfShorter = own.has(shorter) && secretKeys.get(shorter) === key
              await judge(decryptSecret(name, key, place), isOfShorter)
              await judge(decryptSecret(`${name}-a1B2c3`, key, place, 'ssm'), false)
            }
          }
        }
      }
      t.ok(allowed > share(20) && denied > share(1000), `${allowed} are allowed, ${denied} denied`)
    },
  )

  await t.test(
    'nothing is allowed in another account, region or partition, and no other action',
    async (t) => {
      const requests: number[] = []
      for (const { documents, place, ...one } of all.slice(0, share(12))) {
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
      t.ok(requests.length > share(500), `${requests.length} are denied`)
    },
  )

  await t.test(
    'each role may use only the KMS keys of its parameters, only for them and only through SSM',
    async (t) => {
      let [allowed, denied] = [0, 0]
      for (const { documents, place, kmsKeys, ...one } of all) {
        const names = new Set(one.pods.flatMap(({ parameters }) => parameters))
        for (const [reader, own] of readersOf(one)) {
          const judge = async (request: IamRequest, expected: boolean) => {
            const verdict = await isAllowed(documents.get(reader) ?? [], request)
            if (verdict !== expected) t.equal(verdict, expected, `${reader}: ${JSON.stringify(request)}`)
            if (verdict) allowed++
            else denied++
          }
          for (const name of names) {
            const mayRead = own.has(name)
            for (const key of new Set(kmsKeys.values())) {
              await judge(decrypt(name, key, place), mayRead && keyOf(name, kmsKeys) === key)
            }
          }
          const [some = ''] = own
          const key = keyOf(some, kmsKeys)
          if (key === undefined) continue
          for (const near of namesNear(some))
            await judge(decrypt(near, key, place), own.has(near) && keyOf(near, kmsKeys) === key)
          for (const request of otherUses(some, key, place)) await judge(request, false)
        }
      }
      t.ok(allowed > share(80) && denied > share(2000), `${allowed} are allowed, ${denied} denied`)
    },
  )

  await t.test('documents and requests are well-formed', async (t) => {
    for (const { documents, place } of all) {
      const some = [getParameters('/a', place)]
      t.strictSame(await complaintsOf([...documents.values()].flat(), some), [])
    }
    const key = `arn:aws:kms:eu-west-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`
    for (const place of places) {
      const requests = [
        ...otherRequests('/a', place),
        decrypt('/a', key, place),
        ...otherUses('/a', key, place),
      ]
      t.strictSame(await complaintsOf([], requests), [])
    }
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

async function resourcesByParser(policies: string, place: AwsTarget): Promise<Resources> {
  const { locals }: Read = JSON.parse(JSON.stringify(await hcl.parseToObject(policies)))
  const grants = locals.flatMap(({ grants: some = {} }) => Object.entries(some))
  const read = grants.map(([key, grant]) => {
    const parts = Object.entries(grant).flatMap(([name, value]) => (/^part[0-9]+$/.test(name) ? [value] : []))
    const secrets = Object.entries(grant).flatMap(([name, value]) =>
      /^part[0-9]+_secrets$/.test(name) ? [value] : [],
    )
    return [
      key,
      [
        ...parts.flat().map((name) => parameterArn(String(name), place)),
        ...secrets.flat().map((name) => secretArn(`${String(name)}-??????`, place)),
      ],
    ] as const
  })
  return sorted(read)
}
