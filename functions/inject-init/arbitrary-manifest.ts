/** For property tests: annotated Deployments, in every style in which people write them. */
import * as fc from 'fast-check'
import { stringify } from 'yaml'
import { triesMany } from '../../api/test-effort.ts'

/** Of lists and maps: short ones in the unit tests, whose time is that of the size of the manifests. */
const length = triesMany ? {} : { maxLength: 2 }

/** Without those that kubectl reads as booleans where they are not in quotes. */
const name = fc
  .stringMatching(/^[a-z]([-a-z0-9]{0,8}[a-z0-9])?$/)
  .filter((one) => !/^(annotations|y|n|yes|no|on|off|true|false|null)$/.test(one))
const scalar = fc.oneof(
  fc.constantFrom('yes', '0644', '1e3', '12:30', 'null', '~', '- x', 'a: b', '# no', '2001-01-01', ''),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.integer(),
  fc.boolean(),
)
const extra = fc.dictionary(
  name,
  fc.oneof(
    scalar,
    fc.array(scalar, { maxLength: 3 }),
    fc.dictionary(name, scalar, triesMany ? {} : { maxKeys: 1 }),
  ),
  { maxKeys: triesMany ? 3 : 1 },
)
const mount = fc.record({ name, mountPath: fc.constantFrom('/data', '/tmp', '/etc/app') })
const container = fc.record(
  {
    name,
    image: scalar,
    env: fc.array(fc.record({ name, value: scalar }), { ...length, minLength: 1 }),
    volumeMounts: fc.array(mount, { ...length, minLength: 1 }),
    zone: extra,
  },
  { requiredKeys: ['name'] },
)
const uniqueContainers = fc.uniqueArray(container, {
  selector: (one) => one.name,
  minLength: 1,
  maxLength: 3,
})
const spec = fc.record(
  {
    containers: uniqueContainers,
    initContainers: fc.uniqueArray(container, { selector: (one) => one.name, minLength: 1, maxLength: 2 }),
    volumes: fc.uniqueArray(fc.record({ name, emptyDir: fc.constant({}) }), {
      ...length,
      selector: (one) => one.name,
      minLength: 1,
    }),
    nodeSelector: extra,
    hostname: scalar,
  },
  { requiredKeys: ['containers'] },
)
/** How a value is delivered, at the end of a declaration. */
export const delivery = fc.constantFrom('', '', ',env=KEES_A', ',env=KEES_A,optional=true', ',file=a/b')
/** Deployments whose value is a line. */
export const workload = workloadOf(fc.constant(''))
/** Deployments whose value is delivered in any way. */
export const shapedWorkload = workloadOf(delivery)

function workloadOf(deliveries: fc.Arbitrary<string>) {
  return fc
    .record({
      name,
      delivery: deliveries,
      spec,
      isGuaranteed: fc.boolean(),
      labels: extra,
      annotations: fc.option(extra),
      replicas: fc.nat(),
      order: fc.nat(),
    })
    .filter(({ spec: { containers, initContainers = [] } }) => {
      const names = [...containers, ...initContainers].map((one) => one.name)
      return new Set(names).size === names.length && !names.includes('init-container')
    })
    .map(
      ({ name: own, spec: podSpec, isGuaranteed, labels, annotations, replicas, order, delivery: how }) => ({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: {
          name: own,
          ...(annotations && Object.keys(annotations).length > 0 ? { annotations } : {}),
        },
        spec: {
          replicas,
          template: {
            metadata: {
              labels,
              annotations: { 'secret.bsycorp.com/db.password': `kind=REFERENCE,type=PASSWORD${how}` },
            },
            spec: reorder(isGuaranteed ? guaranteed(podSpec) : podSpec, order),
          },
        },
      }),
    )
}

type Containers<C> = { readonly containers: C[]; readonly initContainers?: C[] }

/** With the resources of the QoS class Guaranteed. */
function guaranteed<C, S extends Containers<C>>(podSpec: S & Containers<C>): S {
  const { containers, initContainers } = podSpec
  const withResources = (one: C): C => ({ ...one, resources: { limits: { cpu: '1', memory: '1Gi' } } })
  return {
    ...podSpec,
    containers: containers.map(withResources),
    ...(initContainers ? { initContainers: initContainers.map(withResources) } : {}),
  }
}

/** The same value with its keys, at every level, in another order. */
function reorder<T>(value: T, order: number): T
function reorder(value: unknown, order: number): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => reorder(one, order + 1))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, child]): [string, unknown] => [
    key,
    reorder(child, order + 7),
  ])
  const turn = entries.length === 0 ? 0 : order % entries.length
  const turned = [...entries.slice(turn), ...entries.slice(0, turn)]
  return Object.fromEntries(order % 2 === 0 ? turned : turned.toReversed())
}

type Lists = { initContainers?: unknown; volumes?: unknown; containers: readonly object[] }
type Annotated = { metadata: object; spec: { template: { spec: Lists } } }

/** Adds empty lists to a pod where it has none, and empty annotations. @param how which of them, a bit each: less than 64. */
export function withVoidLists<T extends Annotated>(value: T, how: number): T {
  const empty = (bit: number) => ((how >> bit) % 2 === 1 ? [] : null)
  const { spec: pod } = value.spec.template
  const containers = pod.containers.map((one) => ({ volumeMounts: empty(2), env: empty(4), ...one }))
  // First and last, where most errors are likely.
  const lists = {
    ...((how >> 3) % 2 === 1 ? {} : { volumes: empty(1) }),
    ...pod,
    containers,
    ...('initContainers' in pod ? {} : { initContainers: empty(0) }),
  }
  const metadata = (how >> 5) % 2 === 1 ? { annotations: {}, ...value.metadata } : value.metadata
  return { ...value, metadata, spec: { ...value.spec, template: { ...value.spec.template, spec: lists } } }
}

export const style = fc.record({
  json: fc.option(fc.constantFrom(0, 2), { freq: 4 }),
  indent: fc.constantFrom(2, 3, 4),
  wide: fc.boolean(),
  crlf: fc.boolean(),
  noise: fc.array(fc.constantFrom('', '# a comment', '  # a deeper comment')),
  ended: fc.boolean(),
  decorated: fc.option(fc.constantFrom(...decorations().keys())),
})

/** What people write at an empty list or map. @param brackets such as `[]`. @param column of the line below. */
function decorations(brackets = '[]', column = 0): readonly string[] {
  const [open, close] = brackets
  const below = `\n${' '.repeat(column)}`
  return [
    `${open}${below}# a comment${below}${close}`,
    `${open} # a comment, ]${below}# a: {${below}${close} # at the end`,
    `# above${below}${brackets}`,
    `${below}# above${below}${brackets}`,
    `${below}${brackets} # at the end`,
    `!!${open === '[' ? 'seq' : 'map'} ${brackets}`,
  ]
}

/** With comments or tags at the empty lists and maps. @param index of the decoration. */
function decorate(text: string, index: number): string {
  return text.replace(
    /^( *)(\S.*: )(\[\]|\{\})(,?)$/gm,
    (_, indent: string, key: string, brackets: string, comma: string) =>
      // A comment must not hide the comma.
      `${indent}${key}${decorations(brackets, indent.length + 4)[index]}${comma && `\n${comma}`}`,
  )
}

export function print(
  value: unknown,
  {
    json,
    indent,
    wide,
    crlf,
    noise,
    ended,
    decorated,
  }: typeof style extends fc.Arbitrary<infer T> ? T : never,
) {
  const printed =
    json === null
      ? stringify(value, { indent, indentSeq: wide, lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE' })
      : `${JSON.stringify(value, null, json)}\n`
  // kees refuses these characters as they are, because other readers of YAML take them for the end of a line.
  const text = printed.replace(
    /[\u0085\u2028\u2029]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const lines = (decorated === null || json === 0 ? text : decorate(text, decorated)).trimEnd().split('\n')
  const noisy =
    json === null
      ? lines.flatMap((line, index) => {
          const note = noise[index % (noise.length + 3)]
          const depth = /^ */.exec(line)?.[0] ?? ''
          return note === undefined ? [line] : [note === '' ? '' : depth + note, line]
        })
      : lines
  return noisy.join(crlf ? '\r\n' : '\n') + (ended ? (crlf ? '\r\n' : '\n') : '')
}
