import t from 'tap'
import { type KrmFunction, passWith } from './krm-function.ts'
import { runFunction } from './run-function.ts'

/** Says what it got. */
const echo: KrmFunction = {
  name: 'echo',
  purpose: 'Echoes.',
  configKind: 'Echo',
  options: {},
  begin: ({ config, orchestrator }) => {
    const kinds: string[] = []
    return {
      concerns: () => true,
      process: ({ object }) => {
        kinds.push(object.kind)
        return []
      },
      end: () => ({
        results: [
          {
            severity: 'warning',
            message: `${kinds.join()} ${orchestrator} ${JSON.stringify(config.given)}`,
            exit: 1,
          },
        ],
      }),
    }
  },
}
const silent: KrmFunction = { ...echo, begin: () => passWith([]) }

const head = 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n'
const pod = '- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: p\n'

const refused: readonly (readonly [title: string, input: string, said: RegExp])[] = [
  ['nothing at all', '', /^error: the input is not a ResourceList: it is not a YAML or JSON object$/],
  ['a text', 'hello', /it is not a YAML or JSON object/],
  ['a list', '- 1', /it is not a YAML or JSON object/],
  ['what is not valid YAML', 'a: [b', /^error: the input is not valid YAML: .* \(line 1, column 6\)$/],
  ['two documents', `${head}items: []\n---\na: 1\n`, /it is 2 YAML documents/],
  [
    'a Deployment',
    'apiVersion: apps/v1\nkind: Deployment\nitems: []\n',
    /its apiVersion must be config\.kubernetes\.io\/v1/,
  ],
  [
    'another version',
    'apiVersion: config.kubernetes.io/v2\nkind: ResourceList\nitems: []\n',
    /its apiVersion must be/,
  ],
  ['a ResourceList without items', head, /it has no items/],
  ['items that are a map', `${head}items: {a: 1}\n`, /its items are not a list/],
  ['nesting without end', '['.repeat(100_000), /^error: the input is not valid YAML/],
]

for (const [title, input, said] of refused) {
  await t.test(`${title} is refused with one message, and nothing is written`, async (t) => {
    const { stdout, stderr, exit } = runFunction(silent, input)
    t.equal(exit, 1)
    t.equal(stdout, '')
    t.equal(stderr.length, 1)
    t.match(stderr[0], said)
  })
}

const passes: readonly (readonly [title: string, input: string])[] = [
  ['v1', `${head}items:\n${pod}`],
  ['v1beta1', `${head.replace('v1', 'v1beta1')}items:\n${pod}`],
  [
    'JSON',
    '{"kind": "ResourceList",\n "items": [{"kind":"Kptfile"}, 1, null],"apiVersion":"config.kubernetes.io/v1"}',
  ],
  ['no items', `${head}items: []\n`],
  ['items that are null', `${head}items:\n`],
  ['fields that nobody knows', `other: {a: 1}\n${head}items:\n${pod}more: x`],
  [
    'CRLF and comments',
    `# c\r\n${head.replaceAll('\n', '\r\n')}items:\r\n# d\r\n${pod.replaceAll('\n', '\r\n')}`,
  ],
]

for (const [title, input] of passes) {
  await t.test(`a ResourceList passes byte for byte: ${title}`, async (t) => {
    t.strictSame(runFunction(silent, input), { stdout: input, stderr: [], exit: 0 })
  })
}

await t.test('the functionConfig may be InjectInit, a ConfigMap or absent, at any position', async (t) => {
  const said = (config: string) => runFunction(echo, `${config}${head}items:\n${pod}`).stderr.join('\n')
  t.match(said(''), 'warning: Pod none []')
  const ours = 'functionConfig: {apiVersion: kees.bsycorp.com/v1alpha1, kind: Echo, spec: {a: 1}}\n'
  t.match(said(ours), 'warning: Pod none [{"name":"a","value":1}]')
  t.match(
    said('functionConfig: {apiVersion: v1, kind: ConfigMap, data: {a: "1"}}\n'),
    '[{"name":"a","value":"1"}]',
  )
  t.match(
    said('functionConfig: {apiVersion: v1, kind: Secret}\n'),
    'error: functionConfig has apiVersion "v1", kind "Secret"',
  )
  t.match(said(ours.replace('spec', 'data')), 'error: functionConfig has the field "data"')
})

await t.test('kpt prints the results, kustomize prints standard error', async (t) => {
  const annotated = (key: string) => `${head}items:\n${pod}    annotations:\n      ${key}: '1'\n`
  const kpt = runFunction(echo, annotated('internal.config.kubernetes.io/id'))
  t.strictSame(kpt.stderr, [])
  t.match(
    kpt.stdout,
    /\nresults:\n- message: 'Pod kpt \[\]'\n {2}severity: warning\n$|results:\n- message: Pod kpt \[\]\n {2}severity: warning\n$/,
  )
  const kustomize = runFunction(echo, annotated('kustomize.config.k8s.io/id'))
  t.strictSame(kustomize.stderr, ['warning: Pod kustomize []'])
})

await t.test('objects in a List are items too', async (t) => {
  const list = `${head}items:\n- apiVersion: v1\n  kind: List\n  items:\n  ${pod.replaceAll('\n  ', '\n    ')}`
  t.match(runFunction(echo, list).stderr[0], 'Pod none')
})
