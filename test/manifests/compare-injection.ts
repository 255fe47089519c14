/** What the API server makes of generated pods by `kees admission-policy --inject` is what inject-init makes of them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import type { Test } from 'tap'
import { injectedAnnotation } from '../../api/declaration/annotation-domain.ts'
import { listOf, mapOf } from '../../api/json.ts'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { fakeIo } from '../../cli/fake-io.ts'
import { kees } from '../../cli/kees.ts'
import { everyConfig } from '../../functions/inject-init/arbitrary-config.ts'
import { parseInjectConfig } from '../../functions/inject-init/options/config.ts'
import { readConfig } from '../../runtime/init/config.ts'
import { readDeclared } from '../../runtime/init/files/read-declared.ts'
import { eventually } from '../programs/eventually.ts'
import { isLong } from '../programs/long.ts'
import type { ControlPlane } from '../servers/control-plane.ts'
import { arbitraryPod } from './arbitrary-pods.ts'
import type { Json } from './hostile-pods.ts'
import { createPolicy, policiesOfPods } from './injecting-policies.ts'

/** Of inject-init and of the policies; each in a namespace of its own. */
const configurations: readonly Json[] = [
  {
    minKubelet: '1.36',
    refresh: '5m',
    allowLocalMode: true,
    keepQosClass: true,
    format: 'json',
    secretMountPath: '/run/secret',
    medium: '',
    env: [
      { name: 'AWS_REGION', value: 'eu-west-1' },
      { name: 'ENV_FILE', value: '/run/kees/variables' },
      { name: 'HOST', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
    ],
    envVolumeName: 'kees-env',
  },
  { minKubelet: '1.35' },
  {
    minKubelet: '1.35',
    containers: ['app'],
    imagePullPolicy: 'Always',
    containerResources: { limits: { cpu: 1, memory: '64Mi' }, requests: null },
    runAsUser: '',
    sizeLimit: '32Mi',
  },
]

/** Any other one. */
const configuration = everyConfig
  .map(({ given }) => ({ ...given, minKubelet: '1.35' }))
  .filter((spec) => {
    const given = Object.entries(spec).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value }],
    )
    return parseInjectConfig({ given }).diagnostics.length === 0
  })

const reference = 'kind=REFERENCE,type=PASSWORD'

/** @param cluster without policies for other namespaces. */
export async function compareInjection(t: Test, cluster: ControlPlane, folder: string): Promise<void> {
  const seed = Math.trunc(Math.random() * 2 ** 31)
  const generated = fc.sample(configuration, { seed, numRuns: isLong ? 8 : 1 })
  t.comment(`the seed of the configurations is ${seed}`)
  const files = [...configurations.slice(0, isLong ? 3 : 1), ...generated].map((spec, index) => {
    const file = join(folder, `inject-${index}.yaml`)
    const config = {
      apiVersion: 'kees.bsycorp.com/v1alpha1',
      kind: 'InjectInit',
      metadata: { name: 'inject' },
    }
    writeFileSync(file, JSON.stringify({ ...config, spec: { image: 'example/init:1', ...spec } }))
    return file
  })
  await namespace(cluster, 'free')
  for (const [index, file] of files.entries()) {
    await namespace(cluster, `n-${index}`)
    for (const object of await policiesOfPods(folder, file, `n-${index}`)) await createPolicy(cluster, object)
  }
  const create = (pod: Json, name: string) =>
    cluster.request('POST', `/api/v1/namespaces/${name}/pods?dryRun=All`, pod)
  for (const index of files.keys())
    await eventually('the policies are at work', async () => {
      const injected = await create(minimal({ 'secret.bsycorp.com/a': reference }), `n-${index}`)
      const refused = await create(minimal({ 'lease.bsycorp.com/a': '' }), `n-${index}`)
      return JSON.stringify(injected.body).includes('"initContainers"') && refused.status === 422
    })

  const outcomes = { same: 0, refused: 0, wrong: 0 }
  await fc.assert(
    fc.asyncProperty(arbitraryPod, fc.nat(files.length - 1), async (pod, index) => {
      const injected = await inject(pod, files[index] ?? '')
      const made = await create(pod, `n-${index}`)
      if ('errors' in injected) {
        if (made.status !== 422 && !isAboutModes(injected.errors) && !(await initRefuses(made, folder)))
          throw new Error(
            `the API server accepts it: ${made.status} ${JSON.stringify(made.body)}, and inject-init says ${injected.errors}`,
          )
        outcomes[made.status === 422 ? 'refused' : 'wrong']++
        return
      }
      if (JSON.stringify(made.body).includes('has a mount path with')) {
        // CEL has no loop that would follow a path with "..".
        if (!JSON.stringify(pod).includes('/../')) throw new Error(JSON.stringify(made.body))
        outcomes.refused++
        return
      }
      const wanted = await create(injected.pod, 'free')
      if (hasDefaultRequests(pod) && made.status === 422) {
        if (!JSON.stringify(made.body).includes('aggregate container requests'))
          throw new Error(JSON.stringify(made.body))
        outcomes.refused++
        return
      }
      if (wanted.status !== 201) {
        // Kubernetes refuses it, whoever injects it.
        if (made.status !== 422) throw new Error(`accepted, without it ${JSON.stringify(wanted.body)}`)
        outcomes.wrong++
        return
      }
      same(made, wanted, pod)
      same(await create(injected.pod, `n-${index}`), wanted, pod)
      outcomes.same++
    }),
    { numRuns: isLong ? 1000 : 40 },
  )
  t.comment(outcomes)
  t.ok(outcomes.same >= 5 && outcomes.refused > 0, 'some pods are injected, and some are refused')
}

function minimal(annotations: Json): Json {
  const spec = { containers: [{ name: 'app', image: 'example/app:1' }] }
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'app', annotations }, spec }
}

async function namespace(cluster: ControlPlane, name: string): Promise<void> {
  await cluster.request('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  })
}

type Injected = { readonly pod: Json } | { readonly errors: string }

export async function inject(pod: Json, file: string): Promise<Injected> {
  const io = fakeIo(`${JSON.stringify(pod)}\n`)
  const exit = await kees(['inject', '-f', '-', '--config', file], io)
  return exit === 0 ? { pod: JSON.parse(io.printed()) } : { errors: io.said() }
}

/** Which user can read a file is judged by inject-init alone. */
function isAboutModes(errors: string): boolean {
  const found = errors.split('\n').filter((line) => line.includes(': error: '))
  return found.length > 0 && found.every((line) => /annotation \S+: mode /.test(line))
}

/** Whether init refuses the annotations of a pod when it starts, in the environment that the API server gave it. */
async function initRefuses({ body }: Answer, folder: string): Promise<boolean> {
  const { metadata, spec } = mapOf(body)
  const annotations = Object.entries(mapOf(mapOf(metadata)['annotations'])).map(
    ([key, value]) => [key, String(value)] as const,
  )
  const isDeclared = annotations.some(([key]) => /^(secret|resource|compose)\.bsycorp\.com\//.test(key))
  const [init] = listOf(mapOf(spec)['initContainers']).map(mapOf)
  const given = listOf(init?.['env']).map(mapOf)
  if (!given.some(({ name }) => name === 'POD_NAMESPACE')) return !isDeclared
  const file = join(folder, 'annotations')
  writeFileSync(file, formatAnnotationsFile(annotations))
  const env = Object.fromEntries(
    given.map(({ name, value }) => [name, typeof value === 'string' ? value : 'x']),
  )
  const { settings } = readConfig(env)
  if (settings === undefined) return true
  return (await readDeclared({ ...settings, annotationsFile: file })).diagnostics.length > 0
}

type Answer = { readonly status: number; readonly body: unknown }

/** The API server sets requests of a pod that has only limits, before it injects: from the containers that are there. */
function hasDefaultRequests({ spec }: Json): boolean {
  const { resources } = mapOf(spec)
  return resources !== undefined && mapOf(resources)['requests'] === undefined
}

/** @param pod as it was before. */
export function same(found: Answer, wanted: Answer, pod: Json): void {
  const hasDefault = hasDefaultRequests(pod)
  const [a, b] = [found, wanted].map(({ status, body }) => {
    const { metadata, message } = mapOf(body)
    const { resources: ofPod, ...rest } = mapOf(mapOf(body)['spec'])
    const spec = { ...rest, ...(hasDefault ? { limits: mapOf(ofPod)['limits'] } : { ofPod }) }
    const { [injectedAnnotation]: _record, ...annotations } = mapOf(mapOf(metadata)['annotations'])
    return JSON.stringify({ status, message, annotations, spec }, null, 1)
  })
  if (a !== b) throw new Error(`${a}\nis not\n${b}`)
}
