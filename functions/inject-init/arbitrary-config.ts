/** For property tests: configurations of inject-init. */
import fc from 'fast-check'
import type { Value } from '../yaml/value.ts'
import { parseInjectConfig } from './options/config.ts'
import type { InjectConfig } from './options/inject-config.ts'

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
  envVolumeName: fc.constantFrom('env-volume', 'kees-env'),
  medium: fc.constantFrom('Memory', ''),
  sizeLimit: fc.constantFrom('16Mi', '1Mi'),
  containerResources: fc.record({ requests: quantities, limits: quantities }),
  keepQosClass: fc.boolean(),
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

/** Without it, no pod may have a variable. */
export const ofKubelet = { name: 'minKubelet', value: '1.35' }

/** @param chosen a bit for each container of the pod: those that get the mount; 0: all. */
export function configOf(given: Given, { spec }: Manifest, chosen: number | undefined): InjectConfig {
  const names = spec.template.spec.containers.map(({ name }) => name)
  const containers = names.filter((_, index) => ((chosen ?? 0) >> index) % 2 === 1)
  const set: Given = chosen === undefined ? given : { ...given, containers }
  const listed = Object.entries(set).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  )
  const { config, diagnostics } = parseInjectConfig({ given: [...listed, ofKubelet] })
  fc.pre(diagnostics.length === 0)
  return config
}

/** Sets some options. */
export const someConfig = fc.record({ given: some, chosen: fc.option(fc.nat(7), { nil: undefined }) })
/** Sets every option. */
export const everyConfig = fc.record({ given: all, chosen: fc.nat(7) })
