/** What a second configuration does to a pod that a first one injected, in every style of manifest. */
import fc from 'fast-check'
import t from 'tap'
import { parse } from 'yaml'
import type { Value } from '../source-value.ts'
import { print, style, workload } from './arbitrary-manifest.ts'
import { type InjectConfig, parseInjectConfig } from './config.ts'
import { injectText, undeclare } from './fixtures.ts'

const env = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('AWS_REGION', 'A', 'B'),
    value: fc.constantFrom('x', 'yes', 'a\nb\n', ''),
  }),
  { selector: ({ name }) => name },
)
const quantities = fc.constantFrom({ cpu: '1' }, { cpu: '10m', memory: '64Mi' }, {})
const options = {
  image: fc.constantFrom('example/init:1', 'example/init:2'),
  imagePullPolicy: fc.constantFrom('', 'Always', 'Never'),
  containerName: fc.constantFrom('init-container', 'fetch-secrets', 'kees-init'),
  secretMountPath: fc.constantFrom('/secret', '/run/secret', '/data'),
  secretVolumeName: fc.constantFrom('secret-volume', 'kees-secret', 'kees-other'),
  annotationsMountPath: fc.constantFrom('/annotations', '/run/annotations'),
  annotationsVolumeName: fc.constantFrom('annotations', 'kees-annotations', 'kees-secret'),
  medium: fc.constantFrom('Memory', ''),
  sizeLimit: fc.constantFrom('16Mi', '1Mi'),
  containerResources: fc.record({ requests: quantities, limits: quantities }),
  runAsUser: fc.constantFrom<(string | number)[]>(65532, 1000, ''),
  env,
  format: fc.constantFrom('properties', 'json', 'files'),
  refresh: fc.constantFrom('', '5m', '1h'),
  refreshContainerName: fc.constantFrom('refresh-container', 'kees-refresh', 'fetch-secrets'),
}
const some = fc.record(options, { requiredKeys: [], noNullPrototype: true })
const all = fc.record(options, { noNullPrototype: true })

type Manifest = { spec: { template: { spec: { containers: { name: string }[] } } } }
type Given = Readonly<Record<string, Value | undefined>>

/** @param chosen a bit for each of the pod's containers: which get the mount; 0: all. */
function configOf(given: Given, { spec }: Manifest, chosen: number | undefined): InjectConfig {
  const names = spec.template.spec.containers.map(({ name }) => name)
  const containers = names.filter((_, index) => ((chosen ?? 0) >> index) % 2 === 1)
  const set: Given = chosen === undefined ? given : { ...given, containers }
  const listed = Object.entries(set).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  )
  const { config, problems } = parseInjectConfig({ given: listed })
  fc.pre(problems.length === 0)
  return config
}

/** Undefined where a name or path of the configuration is taken in the pod. */
function attempt(text: string, config: InjectConfig): string | undefined {
  try {
    return injectText(text, config)
  } catch {
    return undefined
  }
}

/** A manifest's meaning: lists whose order says nothing are sorted by name. */
function meaning(text: string, dropped: readonly string[] = []): string {
  return JSON.stringify(parse(text), (key, value: unknown) => {
    if (!['env', 'volumes', 'volumeMounts'].includes(key) || !Array.isArray(value)) {
      return isObject(value) ? Object.fromEntries(Object.entries(value).toSorted(byFirst)) : value
    }
    const named = value
      .filter(isObject)
      .map((one) => [JSON.stringify([one['name'], one['mountPath']]), one] as const)
    const kept =
      key === 'env' ? named.filter(([, one]) => !dropped.some((name) => name === one['name'])) : named
    return kept.toSorted(byFirst).map(([, one]) => one)
  })
}

const byFirst = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1)

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const first = fc.record({ given: some, chosen: fc.option(fc.nat(7), { nil: undefined }) })
const second = fc.record({ given: all, chosen: fc.nat(7) })

await t.test('a configuration that sets every option wins over an earlier one, and stays', async (t) => {
  const numRuns = 80
  let compared = 0
  fc.assert(
    fc.property(workload, style, first, second, (manifest, printed, a, b) => {
      const source = print(manifest, printed)
      const before = configOf(a.given, manifest, a.chosen)
      const after = configOf(b.given, manifest, b.chosen)
      const injected = attempt(source, before)
      const fresh = attempt(source, after)
      if (injected === undefined || fresh === undefined) return
      compared++
      const updated = injectText(injected, after)
      const names = b.given.env.map(({ name }) => name)
      const left = (a.given.env ?? [])
        .map(({ name }) => name)
        .filter((name) => !names.some((one) => one === name))
      t.equal(meaning(updated, left), meaning(fresh, left), 'as if injected at once')
      t.equal(injectText(updated, after), updated, 'a second time it changes nothing')
      t.equal(injectText(undeclare(updated), after), undeclare(source), 'it can be taken out')
    }),
    { numRuns },
  )
  t.ok(compared > numRuns / 2, `${compared} were compared`)
})

await t.test('a configuration that sets nothing leaves an earlier injection as it is', async () => {
  const { config: nothing } = parseInjectConfig({ given: [] })
  fc.assert(
    fc.property(workload, style, first, (manifest, printed, { given, chosen }) => {
      const injected = attempt(print(manifest, printed), configOf(given, manifest, chosen))
      return injected === undefined || injectText(injected, nothing) === injected
    }),
    { numRuns: 50 },
  )
})
