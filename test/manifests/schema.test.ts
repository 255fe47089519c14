/** The JSON Schemas of the functionConfigs take and refuse what the functions do. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { parse } from 'yaml'
import type { Value } from '../../functions/yaml/value.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseExportConfig } from '../../functions/export-iam/options/config.ts'
import { exportIam as exportFunction } from '../../functions/export-iam/export-iam.ts'
import { parseInjectConfig } from '../../functions/inject-init/options/config.ts'
import { injectInit as injectFunction } from '../../functions/inject-init/inject-init.ts'
import { referencePages } from '../../scripts/reference-pages.ts'
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
