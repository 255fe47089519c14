/** For property tests: the text of ResourceLists, whole ones and ones with something done to them. */
import * as fc from 'fast-check'
import { print as printYaml, style as yamlStyle, value } from '../yaml/arbitrary-yaml.ts'

/** What tears YAML apart, and what looks as if it were more of it. */
const words =
  '&a|*a|<<: *a|- |---\n|...\n|"|\'|{|}|[|]|: |? |# x|\t|\0|\n|\r\n|\ufeff|\u2028|!!str |!!binary |%YAML 1.1\n'
const splinters = words
  .split('|')
  .concat(
    [
      '| ',
      '|+\n',
      '>-\n',
      'items:\n',
      '- apiVersion: v1\n  kind: Pod\n',
      '  spec:\n',
      '\n\n\n',
      'é',
      '💥',
      '\ud800',
    ],
    ['secret.bsycorp.com/x: "kind=REFERENCE,type=PASSWORD"\n', 'kees.bsycorp.com/injected: "{}"\n'],
  )

type Damage = { readonly at: number; readonly cut: number; readonly put: string; readonly copies: number }

const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(40), fc.nat(4000)),
  put: fc.oneof(fc.constant(''), fc.constantFrom(...splinters), fc.string({ maxLength: 5 })),
  copies: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.nat(300)),
})

function harm(text: string, { at, cut, put, copies }: Damage): string {
  const position = Math.floor(at * text.length)
  return text.slice(0, position) + put.repeat(copies) + text.slice(position + cut)
}

const strange = fc
  .record({ root: value.value, style: yamlStyle })
  .map(({ root, style }) =>
    printYaml({ apiVersion: 'example.com/v1', kind: 'Strange', metadata: { name: 's' }, root }, style),
  )

/** @param manifests of single objects, such as workloads in any style. */
export function resourceList(manifests: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const item = fc.oneof({ weight: 3, arbitrary: manifests }, strange).map(asItem)
  return fc
    .record({
      items: fc.array(item, { minLength: 1, maxLength: 4 }),
      head: fc.constantFrom(
        'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n',
        'kind: "ResourceList"\napiVersion: config.kubernetes.io/v1beta1\n',
      ),
      tail: fc.constantFrom(
        '',
        'results: []\n',
        'functionConfig:\n  apiVersion: v1\n  kind: ConfigMap\n  data: {image: example/init:1}\n',
      ),
      first: fc.boolean(),
    })
    .map(({ items, head, tail, first }) => {
      const list = `items:\n${items.join('')}`
      return head + (first ? tail + list : list + tail)
    })
}

/** Where the text allows it: comments, blank lines and document marks at its start make it what it is not. */
function asItem(manifest: string): string {
  const lines = manifest
    .replace(/^\ufeff/, '')
    .replace(/\r\n/g, '\n')
    .replace(/^---\n/, '')
    .replace(/\n\.\.\.\n$/, '\n')
    .split('\n')
  const text = lines
    .map((line, index) => (index === 0 ? `- ${line}` : line === '' ? '' : `  ${line}`))
    .join('\n')
  return text.endsWith('\n') ? text : `${text}\n`
}

export function damaged(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(text, fc.array(damage, { maxLength: 4 })).map(([whole, all]) => all.reduce(harm, whole))
}
