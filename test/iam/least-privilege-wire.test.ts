/**
 * init itself, as its image runs it, against a Parameter Store that asks an evaluator of IAM before it answers: with the
 * policy that the same manifest leads to it gets everything, and asks for nothing that the policy does not allow or need.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as fc from 'fast-check'
import t, { type Test } from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { fakeIo } from '../../cli/fake-io.ts'
import { kees } from '../../cli/kees.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import {
  account,
  type ArbitraryCluster,
  arbitraryCluster,
  type ArbitraryPod,
  keyOf,
} from '../manifests/arbitrary-workloads.ts'
import { decrypt, decryptSecret, getParameters, getSecret } from './arbitrary-requests.ts'
import { type Documents, evaluatePolicies, type AwsTarget, resourcesOf } from './evaluate-policies.ts'
import { isAllowed } from './iam-judge.ts'
import { dist } from '../programs/programs.ts'
import { terraform } from '../programs/tools.ts'
import { untapped } from '../programs/untapped.ts'

const execute = promisify(execFile)
const place = { partition: 'aws', region: 'eu-west-1', account }

t.setTimeout(1_200_000)
await t.test(
  'init requests only what the policy allows',
  { skip: terraform().missing ?? false, timeout: 1_200_000 },
  async (t) => {
    const cases: (Pick<ArbitraryCluster, 'pods' | 'kmsKeys' | 'secretKeys'> & {
      policies: string
      place: AwsTarget
    })[] = []
    for (const { manifest, pods, flags, kmsKeys, secretKeys } of fc.sample(arbitraryCluster(5), {
      numRuns: 6,
      seed: 11,
    })) {
      const io = fakeIo(manifest)
      const exit = await kees(['export', '--allow-uninjected', ...flags, '-f', '-'], io)
      if (exit === 0) cases.push({ pods, kmsKeys, secretKeys, policies: io.printed(), place })
    }
    const evaluated = await evaluatePolicies(t.testdir({ terraform: {} }), cases)
    let readers = 0
    for (const [index, { pods, ...keys }] of cases.entries()) {
      const documents: Documents = evaluated[index] ?? new Map()
      for (const reader of new Set(pods.flatMap((pod) => pod.readers))) {
        const own = pods.filter((pod) => pod.readers.includes(reader))
        const other = pods.find((pod) =>
          (['parameters', 'secrets'] as const).some((kind) =>
            pod[kind].some((name) => !own.some((one) => one[kind].includes(name))),
          ),
        )
        await t.test(reader, (t) => holdToPolicy(t, own, documents.get(reader) ?? [], keys, other))
        readers++
      }
    }
    t.ok(readers > 8, `${readers} roles and workloads`)
  },
)

/** @param other a pod that declares something that these do not. */
async function holdToPolicy(
  t: Test,
  pods: readonly ArbitraryPod[],
  documents: readonly unknown[],
  { kmsKeys, secretKeys }: Pick<ArbitraryCluster, 'kmsKeys' | 'secretKeys'>,
  other: ArbitraryPod | undefined,
): Promise<void> {
  const all = [...pods, ...(other ? [other] : [])]
  const names = new Set(all.flatMap(({ parameters }) => parameters))
  const secrets = new Set(all.flatMap((pod) => pod.secrets))
  const verdicts = new Map<string, boolean>()
  for (const name of names) {
    const key = keyOf(name, kmsKeys)
    verdicts.set(`ssm:GetParameters ${name}`, await isAllowed(documents, getParameters(name, place)))
    // The account's own key asks no policy of the role.
    const mayDecrypt = key === undefined || (await isAllowed(documents, decrypt(name, key, place)))
    verdicts.set(`kms:Decrypt ${name}`, mayDecrypt)
  }
  for (const name of secrets) {
    const key = secretKeys.get(name)
    const withSuffix = `${name}-a1B2c3`
    verdicts.set(
      `secretsmanager:GetSecretValue ${name}`,
      await isAllowed(documents, getSecret(withSuffix, place)),
    )
    const mayDecrypt =
      key === undefined || (await isAllowed(documents, decryptSecret(withSuffix, key, place)))
    verdicts.set(`kms:Decrypt secret ${name}`, mayDecrypt)
  }
  // The server allows nothing that the evaluator was not asked.
  const denied = ({ action, name, of }: { action: string; name: string; of?: 'secret' }) =>
    verdicts.get(`${action} ${of === undefined ? '' : 'secret '}${name}`) !== true
  const server = await startFakeSsm({ region: place.region, account, denied })
  t.teardown(() => server.stop())

  for (const name of names) server.put(name, 'fakevalue')
  for (const name of secrets) server.secrets.put(name, 'fakevalue')

  const asked = new Set<string>()
  for (const pod of pods) {
    const { exit, said } = await runInit(t, server.endpoint, pod)
    t.equal(exit, isPinned(pod) ? 3 : 0, `nothing is denied ${said}`)
  }
  for (const { action, names: some } of server.calls) {
    if (action === 'GetSecretValue') for (const name of some) asked.add(`secret:${name}-??????`)
    else if (action === 'GetParameters') for (const name of some) asked.add(name.replace(/:.*$/, ''))
    else t.fail(`init calls ${action}`)
  }
  const named = resourcesOf(documents)
    .map((arn) => arn.replace(/^.*:(parameter|(?=secret:))/, ''))
    .toSorted()
  t.strictSame([...asked].toSorted(), named, 'what crosses the wire is what the policy names')
  if (!other) return
  const { exit, said } = await runInit(t, server.endpoint, other)
  t.equal(exit, 4, `the pod of another role is denied ${said}`)
}

/** To a version or a label, of which there is none in the store. */
function isPinned({ annotations }: ArbitraryPod): boolean {
  return annotations.some(([, value]) => /\b(version|label)=/.test(value))
}

async function runInit(t: Test, endpoint: string, { annotations }: ArbitraryPod) {
  const folder = t.testdir({ annotations: formatAnnotationsFile(annotations), secret: {}, resource: {} })
  const env = {
    ...process.env,
    ANNOTATIONS_FILE: join(folder, 'annotations'),
    SECRETS_FILE: join(folder, 'secret/secret'),
    RESOURCES_FILE: join(folder, 'resource/resource'),
    WAIT_TIMEOUT: '0s',
    REFERENCE_WAIT: '0s',
    DENIED_WAIT: '0s',
    REQUEST_TIMEOUT: '20s',
    AWS_REGION: place.region,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  }
  try {
    const { stderr } = await execute(...untapped(process.execPath, [join(dist, 'init')]), { env })
    return { exit: 0, said: stderr }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || !('stderr' in error)) throw error
    return { exit: error.code, said: String(error.stderr) }
  }
}
