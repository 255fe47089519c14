/** What makes a command fail is in its report, at the annotation or in the file that it is about. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { exitCode } from '../api/exit-code.ts'
import { fakeIo } from './fake-io.ts'
import { kees } from './kees.ts'

const app = `apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  selector: {matchLabels: {app: app}}
  template:
    metadata:
      labels: {app: app}
      annotations:
        iam.amazonaws.com/role: app-role
        secret.bsycorp.com/db.password: kind=REFERENCE,type=PASSWORD
        secret.bsycorp.com/token: kind=REFERENCE,type=PASSWORD
    spec:
      containers: [{name: app, image: app}]
`
const [password, token] = [
  { file: 'app.yaml', line: 11, column: 9 },
  { file: 'app.yaml', line: 12, column: 9 },
]
const module = { file: 'tf/policies.tf' }

const rows = [
  ['verify --iam tf -f injected.yaml', exitCode.input, [module, module]],
  ['export --check tf -f injected.yaml', exitCode.input, [module, module]],
  ['audit --iam tf --exit-code -f app.yaml', exitCode.input, [password, token, {}]],
  ['audit --iam tf -f app.yaml', exitCode.done, [password, token, {}]],
  ['status -f app.yaml', exitCode.missing, [password, token]],
  ['doctor --no-cluster -f app.yaml', exitCode.missing, [password, token]],
  ['verify -f app.yaml', exitCode.input, [{ file: 'app.yaml', line: 1, column: 1 }]],
] as const

const before = process.cwd()
t.teardown(() => process.chdir(before))

for (const [command, exit, places] of rows) {
  t.test(`kees ${command}`, async (t) => {
    const folder = t.testdir({ 'app.yaml': app })
    process.chdir(folder)
    mkdirSync('store', { mode: 0o700 })
    const call = async (line: string) => {
      const io = fakeIo('', { KEES_STORE: 'file:./store' })
      return { exit: await kees(line.split(' '), io), printed: io.printed(), said: io.said() }
    }
    writeFileSync('injected.yaml', (await call('inject -f app.yaml')).printed)
    await call('export -f injected.yaml --out tf')
    const policies = join(folder, 'tf/policies.tf')
    writeFileSync(policies, readFileSync(policies, 'utf8').replace('"/db.password"', '"/db.other"'))
    const text = await call(command)
    const reported = await call(`${command} --report json=report.json`)
    t.strictSame(reported, text, 'the report changes nothing else')
    t.equal(reported.exit, exit, reported.said)
    const { results }: { results: readonly { file?: string; line?: number; column?: number }[] } = JSON.parse(
      readFileSync('report.json', 'utf8'),
    )
    t.strictSame(
      results
        .map(({ file, line, column }) => JSON.stringify({ file, line, column }))
        .filter((_, index) => index < places.length)
        .toSorted(),
      places.map((one) => JSON.stringify(one)).toSorted(),
    )
  })
}
