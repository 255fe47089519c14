/** The JSON Schemas of the functionConfigs and of the annotations take and refuse what kees does, and the examples name them. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { parse } from 'yaml'
import type { Value } from '../../functions/yaml/value.ts'
import fc from 'fast-check'
import { declaration } from '../../api/declaration/arbitrary-declaration.ts'
import { formatDeclaration } from '../../api/declaration/parse-declaration.ts'
import { parsePodAnnotations } from '../../api/pod/pod-annotations.ts'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseExportConfig } from '../../functions/export-iam/options/config.ts'
import { exportIam as exportFunction } from '../../functions/export-iam/export-iam.ts'
import { parseInjectConfig } from '../../functions/inject-init/options/config.ts'
import { injectInit as injectFunction } from '../../functions/inject-init/inject-init.ts'
import { referencePages } from '../../scripts/reference-pages.ts'
import { schemaLine } from '../../scripts/schema-address.ts'
import { root } from '../programs/programs.ts'

/** https://code.visualstudio.com/docs/languages/json#_json-schemas-and-settings knows one keyword more. */
const ajv = () => new Ajv2020({ keywords: ['patternErrorMessage'] })
const validatorOf = (name: string) => ajv().compile(JSON.parse(referencePages().get(name) ?? ''))
const injectInit = validatorOf('inject-init.schema.json')
const exportIam = validatorOf('export-iam.schema.json')

const everyOption = join(root, 'functions/inject-init/testdata/every-option-set/input.yaml')
const { functionConfig } = parse(readFileSync(everyOption, 'utf8'))
t.ok(injectInit(functionConfig), 'a functionConfig with every option')
t.notOk(exportIam(functionConfig), 'one of the other function')

const configOf = (kind: string, spec: unknown) => ({ apiVersion: 'kees.bsycorp.com/v1alpha1', kind, spec })
const podTemplates = [{ apiVersion: 'example.com/v1', kind: 'Fleet', path: 'spec.shards[*].pod' }]
t.ok(injectInit(configOf('InjectInit', { podTemplates, runAsUser: 1000, containers: 'a,b' })))
t.ok(exportIam(configOf('ExportIAM', { podTemplates, output: 'only', strict: true })))

const wrong = [
  { imge: 'a' },
  { medium: 'Disk' },
  { runAsUser: 0 },
  { strict: 'yes' },
  { podTemplates: [{ kind: 'A' }] },
  { env: [{}] },
]
for (const spec of wrong)
  t.notOk(injectInit(configOf('InjectInit', spec)), `refused: ${JSON.stringify(spec)}`)

/** Each is right for some option and wrong for most. */
const values: readonly Value[] = parse(`
[null, true, 0, 1, 1.5, 2147483648, '', a, A b, /a, /a/, Memory, only, json, 5m, eu-west-1, aws, '111122223333',
16Mi, Always, prod.example.com, [], {}, [a], [A], [1], [null], [[]], [{}], {a: b},
[{name: A, value: b}], [{name: A, value: 1}], [{name: A=, value: b}], [{name: A, b: c}],
[{name: A, valueFrom: {fieldRef: {}}}], [{name: A, valueFrom: {field: {}}}],
{requests: {cpu: '1'}}, {limits: {cpu: 1}}, {limits: null}, {limits: {cpu: true}}, {limit: {}},
[{apiVersion: v1, kind: A, path: spec.a}], [{apiVersion: v1, kind: A, path: .}], [{apiVersion: v1, kind: A, path: a, b: c}],
[{namespace: a, serviceAccount: b.c, role: d}], [{namespace: a.b, serviceAccount: b, role: d}],
[{prefix: /a, arn: 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555'}]]`)
const parsers = [
  [injectFunction, injectInit, parseInjectConfig],
  [exportFunction, exportIam, parseExportConfig],
] as const
for (const [{ configKind, options }, isValid, parseConfig] of parsers) {
  t.test(`the schema of ${configKind} accepts what its parser accepts`, async (t) => {
    let taken = 0
    for (const name of Object.keys(options)) {
      for (const value of values) {
        const { diagnostics } = parseConfig({ given: [{ name, value }] })
        if (diagnostics.length > 0) continue
        taken++
        const isTaken = isValid(configOf(configKind, { [name]: value }))
        if (!isTaken) t.fail(`the schema refuses option ${name}: ${JSON.stringify(value)}`)
      }
    }
    t.ok(taken > Object.keys(options).length, `${taken} values`)
  })
}

t.test('every functionConfig of the examples names its schema, and is valid', async (t) => {
  const kinds = { InjectInit: ['inject-init', injectInit], ExportIAM: ['export-iam', exportIam] } as const
  let found = 0
  for (const file of globSync('kustomize-examples/**/*.yaml', { cwd: root })) {
    const text = readFileSync(join(root, file), 'utf8')
    const [, kind] = /^kind: (InjectInit|ExportIAM)$/m.exec(text) ?? []
    if (kind !== 'InjectInit' && kind !== 'ExportIAM') continue
    found++
    const [name, isValid] = kinds[kind]
    t.equal(text.split('\n')[0], schemaLine(`${name}.schema.json`), file)
    t.ok(isValid(parse(text)), file)
  }
  t.ok(found > 10)
})

const manifest = validatorOf('annotations.schema.json')
const manifestsOf = (annotations: Readonly<Record<string, string>>) => {
  const metadata = { name: 'app', annotations }
  return [
    { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] } },
    { apiVersion: 'apps/v1', kind: 'Deployment', spec: { template: { metadata } } },
    { apiVersion: 'batch/v1', kind: 'CronJob', spec: { jobTemplate: { spec: { template: { metadata } } } } },
  ]
}

const wrongAnnotations = [
  ['secret.bsycorp.com/db', ''],
  ['secret.bsycorp.com/db', 'type=PASSWORD'],
  ['secret.bsycorp.com/db', 'kind=REFRENCE,type=PASSWORD'],
  ['secret.bsycorp.com/db', 'kind=REFERENCE,type=PASWORD'],
  ['secret.bsycorp.com/db', 'kind=REFERENCE;type=PASSWORD'],
  ['secret.bsycorp.com/db', 'kind=REFERENCE,type=PASSWORD,'],
  ['resource.bsycorp.com/db', 'db'],
  ['compose.bsycorp.com/url', 'env=URL'],
  ['init.bsycorp.com/format', 'xml'],
  ['init.bsycorp.com/prefix', '/a'],
  ['lease.bsycorp.com/x', ''],
] as const
for (const [name, text] of wrongAnnotations)
  t.test(`refused: ${name}: ${text}`, async (t) => {
    for (const one of manifestsOf({ [name]: text })) t.notOk(manifest(one), one.kind)
    const { diagnostics } = parsePodAnnotations(new Map([[name, text]]), 'bsycorp.com')
    t.ok(
      diagnostics.some(({ severity }) => severity === 'error'),
      'kees refuses it too',
    )
  })

t.test('the schema of the annotations accepts what kees accepts', async (t) => {
  const kind = fc.constantFrom(
    'kind',
    ' kind ',
    'kind=',
    ' ',
    ',',
    '"',
    'REFERENCE',
    '"REFERENCE"',
    'type=',
    'PASSWORD',
    'foo=b c',
    '\n',
    'size=1',
    'text=',
    '$(a)',
  )
  const piece = fc.array(kind, { maxLength: 12 }).map((pieces) => pieces.join(''))
  const text = fc.oneof(declaration.map(formatDeclaration), piece)
  const what = fc.constantFrom('secret', 'resource', 'compose')
  let accepted = 0
  fc.assert(
    fc.property(what, text, (prefix, value) => {
      const annotations = { [`${prefix}.bsycorp.com/a`]: value }
      const { diagnostics } = parsePodAnnotations(new Map(Object.entries(annotations)), 'bsycorp.com')
      const syntax = diagnostics.filter(
        ({ severity, code }) => severity === 'error' && code !== 'BAD_NAME' && code !== 'BAD_REFERENCE',
      )
      if (syntax.length > 0) return
      accepted++
      for (const one of manifestsOf(annotations)) t.ok(manifest(one), JSON.stringify(annotations))
    }),
    { numRuns: 1000 },
  )
  t.ok(accepted > 200, `${accepted} accepted`)
  t.ok(
    manifestsOf({ 'example.com/secret': 'x', 'init.bsycorp.com/local-mode': 'false' }).every((one) =>
      manifest(one),
    ),
  )
})
