/** For property tests: pods that the API server accepts, with all that makes a difference to their injection. */
import * as fc from 'fast-check'
import { formatDeclaration } from '../../api/declaration/parse-declaration.ts'
import { shapedDeclaration } from '../../api/declaration/arbitrary-shape.ts'
import type { Json } from './hostile-pods.ts'

const containerNames = ['app', 'web', 'proxy', 'setup', 'helper'] as const

const some = <T>(values: readonly T[], maxLength = values.length) => fc.subarray([...values], { maxLength })

/** @param weight of it, of 10. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>, weight: number) =>
  fc.oneof({ weight: 10 - weight, arbitrary: fc.constant(undefined) }, { weight, arbitrary })

/** Most pods have none of the volumes with our names, and half of those that have one have an equal one. */
const volumes = fc
  .tuple(
    some([
      { name: 'data', emptyDir: {} },
      { name: 'config', configMap: { name: 'config' } },
      { name: 'nfs', nfs: { server: 'nfs.example.com', path: '/', readOnly: true } },
      { name: 'csi', csi: { driver: 'csi.example.com', readOnly: true } },
      { name: 'claim', persistentVolumeClaim: { claimName: 'claim' } },
      { name: 'fixed', persistentVolumeClaim: { claimName: 'fixed', readOnly: true } },
    ]),
    maybe(
      fc.constantFrom(
        { name: 'secret-volume', emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } },
        { name: 'secret-volume', emptyDir: {} },
        { name: 'annotations', configMap: { name: 'config' } },
        {
          name: 'annotations',
          downwardAPI: { items: [{ path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } }] },
        },
        { name: 'env-volume', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
        { name: 'kees-env', emptyDir: {} },
      ),
      1,
    ),
  )
  .map(([own, named]) => [...own, ...(named ? [named] : [])])

const harmless = ['/data', '/etc/app', '/var/lib/app', '/tmp']
const nearOurs = [
  '/secret',
  '/secret/',
  '/secret/a',
  '/run',
  '/run/',
  '/',
  '//run/./secret',
  '/run/secret',
  '/data/../secret',
  '/secrets',
]

const mount = (names: readonly string[]) =>
  fc.record(
    {
      name: fc.constantFrom(...names),
      mountPath: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...harmless) },
        { weight: 1, arbitrary: fc.constantFrom(...nearOurs) },
      ),
      readOnly: fc.boolean(),
      subPath: fc.constantFrom('a', 'a/b'),
    },
    { requiredKeys: ['name', 'mountPath'], noNullPrototype: true },
  )

const env = some([
  { name: 'A', value: 'x' },
  { name: 'Z', value: '$(KEES_A)' },
  { name: 'EMPTY' },
  { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
  { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } } },
  { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'own', key: 'password', optional: true } } },
])

const guaranteed = { limits: { cpu: '1', memory: '1Gi' }, requests: { memory: '1024Mi' } }
const resources = fc.constantFrom<Json[]>(
  {},
  { limits: { cpu: '500m' } },
  { requests: { cpu: '10m', memory: '64Mi' } },
)

function container(name: string, names: readonly string[], isGuaranteed: boolean) {
  return fc
    .record(
      {
        env,
        clash: fc.constantFrom({ name: 'KEES_A', value: 'theirs' }, { name: 'KEES_B', value: 'theirs' }),
        volumeMounts:
          names.length === 0
            ? fc.constant([])
            : fc.uniqueArray(mount(names), { maxLength: 3, selector: (one) => one.mountPath }),
        device: fc.constantFrom('/dev/disk', '/dev/disk', '/secret/disk', '/run', '/run/secret'),
        isSidecar: fc.boolean(),
        more: fc.constantFrom<Json[]>(
          { imagePullPolicy: 'Always' },
          { securityContext: { runAsUser: 1000 } },
          { ports: [{ containerPort: 8080 }], command: ['app'] },
        ),
        resources,
      },
      { requiredKeys: ['resources'], noNullPrototype: true },
    )
    .chain((all) => fc.record({ all: fc.constant(all), clashes: fc.nat(9), devices: fc.nat(9) }))
    .map(({ all, clashes, devices }): Json => {
      const isInit = name === 'setup' || name === 'helper'
      const mounts = (all.volumeMounts ?? []).filter((one) => devices > 0 || one.name !== 'claim')
      const hasDevice = devices === 0 && names.includes('claim') && all.device !== undefined
      const variables = [...(all.env ?? []), ...(clashes === 0 && all.clash ? [all.clash] : [])]
      return {
        name,
        image: `example/${name}:1`,
        ...all.more,
        ...(variables.length > 0 ? { env: variables } : {}),
        ...(mounts.length > 0 ? { volumeMounts: mounts } : {}),
        ...(hasDevice ? { volumeDevices: [{ name: 'claim', devicePath: all.device }] } : {}),
        resources: isGuaranteed ? guaranteed : all.resources,
        ...(isInit && all.isSidecar ? { restartPolicy: 'Always' } : {}),
      }
    })
}

const affinity = (key: string, operator: string, values: readonly string[]) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key, operator, ...(values.length > 0 ? { values } : {}) }] },
        ],
      },
    },
  },
})

const placed = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Json[]>(
      { hostNetwork: true },
      { securityContext: { fsGroup: 2000, runAsUser: 1000 } },
      { os: { name: 'linux' }, nodeSelector: { 'kubernetes.io/os': 'linux' } },
      { nodeSelector: { zone: 'a' } },
      affinity('kubernetes.io/os', 'In', ['linux']),
      { resources: { limits: { cpu: '16', memory: '16Gi' } } },
      { resources: { requests: { cpu: '8', memory: '8Gi' }, limits: { cpu: '16' } } },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Json[]>(
      { os: { name: 'windows' } },
      { nodeSelector: { 'kubernetes.io/os': 'windows' } },
      { nodeSelector: { 'node.kubernetes.io/windows-build': '10.0.20348' } },
      affinity('kubernetes.io/os', 'In', ['windows']),
      affinity('kubernetes.io/os', 'NotIn', ['linux']),
      affinity('node.kubernetes.io/windows-build', 'Exists', []),
    ),
  },
)

const blank = fc.constantFrom('', '', '', ' ', '\n', ' \t')

/** A value as people write it: with blanks, and with quotes where they are not necessary. */
const spelt = (name: string, value: string) =>
  fc
    .tuple(blank, blank, blank, blank, fc.boolean())
    .map(([a, b, c, d, isQuoted]) => `${a}${name}${b}=${c}${isQuoted ? JSON.stringify(value) : value}${d}`)

type Pair = readonly [name: string, value: string]

const attributes = (pairs: readonly Pair[]) =>
  fc.tuple(...pairs.map(([name, value]) => spelt(name, value))).map((parts) => parts.join(','))

/** Where a value goes; most of the variables have names of their own. */
const place = fc
  .tuple(
    fc.constantFrom('KEES_A', 'KEES_B', 'KEES_C', 'KEES_D', 'KEES_E', 'KEES_F', 'KEES_G', '_k'),
    fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom('', '', 'app') },
      { weight: 1, arbitrary: fc.constantFrom('web', 'app, setup', 'app,app-2', 'missing') },
    ),
    fc.constantFrom('env', 'env', 'env', 'file', 'line', 'line'),
    fc.stringMatching(/^[a-z]{8}$/),
  )
  .map(([variable, chosen, to, file]): readonly Pair[] => {
    if (to === 'line') return []
    if (to === 'file') return [['file', file]]
    return [['env', variable], ...(chosen === '' ? [] : [['containers', chosen] as const])]
  })

const kinds = fc.constantFrom<(readonly Pair[])[]>(
  [
    ['kind', 'REFERENCE'],
    ['type', 'PASSWORD'],
  ],
  [
    ['kind', 'REFERENCE'],
    ['type', 'TEXT'],
  ],
  [
    ['kind', 'DYNAMIC'],
    ['type', 'PASSWORD'],
    ['size', '128'],
  ],
)
const extra = fc.constantFrom<(readonly Pair[])[]>(
  [],
  [],
  [['optional', 'true']],
  [['jsonKey', 'a,env=NOT_ONE']],
  [['foo', 'env=NOT_ONE']],
  [['storageKey', 'optional/env']],
)

/** A value with commas is in quotes wherever it is. */
const declaration = fc.tuple(kinds, place, extra, fc.boolean()).chain(([kind, where, more, isFirst]) => {
  const isDynamic = kind.length > 2
  const shown = isDynamic ? [] : more
  const list = isFirst ? [...where, ...kind, ...shown] : [...kind, ...shown, ...where]
  const needsQuotes = list.some(([, value]) => value.includes(','))
  return needsQuotes
    ? fc.constant(list.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', '))
    : attributes(list)
})

const text = fc
  .array(
    fc.constantFrom('$(a)', '$(b:url)', '$(c.d:json)', '$$(a)', '$$', ',', ',env=NOT_ONE', 'x', ' = ', '\n'),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => parts.join('').replaceAll('$$(a)$', '$$(a) $'))

const composition = fc.tuple(place, text, fc.boolean()).map(([where, value, isQuoted]) => {
  const before = where.map(([name, one]) => `${name}=${JSON.stringify(one)},`).join('')
  return `${before}text=${isQuoted ? JSON.stringify(value).replaceAll('\\n', '\n') : value}`
})

/** Unlikely spellings, with the names of the containers that are there. */
const shaped = shapedDeclaration.map((one): readonly [string, string] => [
  `${one.what}.bsycorp.com/${one.name}`,
  formatDeclaration(one.containers === undefined ? one : { ...one, containers: ['app'] }),
])

const declared = fc
  .tuple(
    fc.record({ a: declaration, b: declaration, 'c.d': declaration }),
    fc.boolean(),
    maybe(composition, 6),
    fc.array(shaped, { maxLength: 2 }),
  )
  .map(([named, isResource, composed, others]) => {
    const entries = Object.entries(named).map(
      ([name, value]) => [`secret.bsycorp.com/${name}`, value ?? ''] as const,
    )
    return Object.fromEntries([
      ...entries,
      ...(isResource ? [['resource.bsycorp.com/level', 'env=LEVEL,default="info,env=X"'] as const] : []),
      ...(composed === undefined ? [] : [['compose.bsycorp.com/url', composed] as const]),
      ...others,
    ])
  })

const settings = fc.record(
  {
    'init.bsycorp.com/format': fc.constantFrom('json', 'properties', 'files', 'yaml'),
    'init.bsycorp.com/containers': fc.constantFrom('app', 'app', ' app ', 'app, web', 'app,setup', 'missing'),
    'init.bsycorp.com/local-mode': fc.constantFrom('true', 'false', 'false'),
    'init.bsycorp.com/storage-prefix': fc.constant('/shop'),
    'example.com/other': fc.constantFrom('env=NOT_ONE', '{}'),
  },
  { requiredKeys: [], noNullPrototype: true },
)

/** Annotated Pods. */
export const arbitraryPod: fc.Arbitrary<Json> = fc
  .record({
    volumes,
    names: some(containerNames.slice(1), 3),
    isGuaranteed: fc.boolean(),
    placed,
    declared,
    settings: maybe(settings, 4),
  })
  .chain(({ volumes: all, names, isGuaranteed, ...rest }) => {
    const mountable = all.map(({ name }) => name)
    const containers = ['app', ...names].map((name) => container(name, mountable, isGuaranteed))
    return fc.record({ containers: fc.tuple(...containers), all: fc.constant(all), rest: fc.constant(rest) })
  })
  .map(({ containers, all, rest }): Json => {
    const isInit = (one: Json) => one['name'] === 'setup' || one['name'] === 'helper'
    const inits = containers.filter(isInit)
    const annotations = { ...rest.declared, ...rest.settings }
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'app', annotations },
      spec: {
        ...(all.length > 0 ? { volumes: all } : {}),
        ...(inits.length > 0 ? { initContainers: inits } : {}),
        containers: containers.filter((one) => !isInit(one)),
        ...rest.placed,
      },
    }
  })
