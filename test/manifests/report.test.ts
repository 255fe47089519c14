/** The SARIF of the built program, by its schema. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import t from 'tap'
import { cachedSarifSchema } from '../../scripts/tools/tool-cache.ts'
import { run } from '../programs/programs.ts'

t.setTimeout(600_000)

const folder = t.testdir({
  'app.yaml': `apiVersion: v1
kind: Pod
metadata:
  name: app
  annotations:
    secret.bsycorp.com/a: kind=REFERENCE,type=PASWORD
    secret.bsycorp.com/b: kind=REFERENCE,type=PASSWORD,foo=bar
    secrets.bsycorp.com/c: "##[add-path]/tmp"
spec: {containers: [{name: app}]}
`,
  'strange #1?.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: "a\\n::stop-commands::x"}\nspec: [\n',
  'policy.yaml': 'a: 1\n',
})

const commands = [
  ['verify', '-f', 'app.yaml'],
  ['verify', '-f', 'app.yaml', '-f', 'strange #1?.yaml'],
  ['verify', '-f', '-'],
  ['verify', '-f', 'app.yaml', '--policy', 'policy.yaml'],
  ['inject', '--imge'],
  ['status', '-f', join(folder, 'app.yaml'), '--store', 'file:absent'],
]

const source = cachedSarifSchema()
const skip = source === undefined && 'needs the command go'

t.test('SARIF is valid by the schema of OASIS', { skip }, async (t) => {
  const [, json = ''] = /^const schema = `([^]*)`/m.exec(readFileSync(source ?? '', 'utf8')) ?? []
  const { $schema: draft, id, ...schema } = JSON.parse(json)
  t.match(draft, 'draft-04')
  t.match(id, 'sarif')
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema)
  t.notOk(validate({ version: '2.1.0', runs: [{ tool: { driver: {} } }] }), 'it rejects what is not SARIF')
  for (const args of commands) {
    const { stderr, ...reported } = run('kees', [...args, '--report', 'sarif'], { cwd: folder })
    const log = JSON.parse(stderr)
    t.ok(validate(log), JSON.stringify(validate.errors))
    const { stderr: text, ...expected } = run('kees', args, { cwd: folder })
    t.strictSame(reported, expected, 'the exit code and standard output do not depend on it')
    const [{ results, invocations }] = log.runs
    const [{ toolConfigurationNotifications: ofUsage, toolExecutionNotifications: others }] = invocations
    const problems = text.split('\n').filter((line) => /^([^ ].*:\d+:\d+: )?(error|warning): /.test(line))
    t.equal(results.length + ofUsage.length + others.length, problems.length, text)
  }
})
