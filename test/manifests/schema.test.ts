/** The JSON Schemas of the functionConfigs take and refuse what the functions do. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { parse } from 'yaml'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { referencePages } from '../../scripts/reference-pages.ts'
import { root } from '../programs/programs.ts'

const validatorOf = (name: string) => new Ajv2020().compile(JSON.parse(referencePages().get(name) ?? ''))
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
