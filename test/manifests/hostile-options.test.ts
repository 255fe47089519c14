/** Hostile text as the value, or the name, of an option of the function: refused, or as good as any other value. */
import t from 'tap'
import { parse } from 'yaml'
import { exportIam } from '../../functions/export-iam/export-iam.ts'
import { runFunction } from '../../functions/krm/run-function.ts'
import { hostileTexts } from './hostile-manifest.ts'

const workload = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'app', namespace: 'prod', annotations: { 'config.kubernetes.io/path': 'app.yaml' } },
  spec: {
    template: {
      metadata: {
        annotations: {
          'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD',
          'iam.amazonaws.com/role': 'app',
        },
      },
      spec: { containers: [{ name: 'app' }] },
    },
  },
}

/** @param config the functionConfig. @returns what comes out, with the ConfigMap that was added. */
function run(config: object) {
  const list = {
    apiVersion: 'config.kubernetes.io/v1',
    kind: 'ResourceList',
    items: [workload],
    functionConfig: config,
  }
  const { stdout, stderr, exit } = runFunction(exportIam, JSON.stringify(list))
  const { items = [] }: { items?: readonly Item[] } = stdout === '' ? {} : parse(stdout)
  return { exit, stderr, items, made: items.at(-1) }
}

type Item = {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Readonly<Record<string, string>>
}

const byConfigMap = (data: object) =>
  run({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data })
const bySpec = (spec: object) =>
  run({ apiVersion: 'kees.bsycorp.com/v1alpha1', kind: 'ExportIAM', metadata: { name: 'c' }, spec })

const plain = bySpec({ allowUninjected: true })
const plainModule = plain.made?.data ?? {}
t.match(plainModule['policies.tf'], /"\/db\.password",/)

for (const option of Object.keys(exportIam.options)) {
  t.setTimeout(1_200_000)
  await t.test(`option ${option}`, async (t) => {
    let [refused, taken] = [0, 0]
    for (const text of hostileTexts) {
      for (const [how, result] of [
        ['ConfigMap', byConfigMap({ allowUninjected: 'true', [option]: text })],
        ['spec', bySpec({ allowUninjected: true, [option]: text })],
        ['list', bySpec({ allowUninjected: true, [option]: [text] })],
        [
          'map',
          bySpec({
            allowUninjected: true,
            [option]: [{ [text]: text, prefix: text, arn: text, role: text }],
          }),
        ],
      ] as const) {
        const { exit, stderr, items, made } = result
        const context = `${how}: ${encodeURIComponent(text.toWellFormed()).slice(0, 100)} leads to ${exit} ${stderr.join('; ').slice(0, 300)}`
        if (exit !== 0 && exit !== 1 && exit !== 2) t.fail(context)
        if (
          !stderr.every((line) =>
            /^(error: |warning: | {2}hint: )[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]*$/u.test(line),
          )
        )
          t.fail(context)
        if (exit !== 0) {
          refused++
          if (items.some(({ kind }) => kind === 'ConfigMap')) t.fail(`something is made: ${context}`)
          continue
        }
        taken++
        if (made?.kind !== 'ConfigMap' && option !== 'annotationDomain') t.fail(`nothing is made: ${context}`)
        if (option === 'name' && made?.metadata.name !== (text === '' ? 'terraform' : text)) t.fail(context)
        if (made?.data !== undefined && JSON.stringify(made.data) !== JSON.stringify(plainModule))
          t.fail(`another module: ${context}`)
      }
    }
    t.ok(refused > 200, `${refused} are refused, ${taken} taken`)
  })
}

await t.test('as the name of an option', async (t) => {
  for (const [index, text] of hostileTexts.entries()) {
    const { exit, stderr, items } = bySpec({ allowUninjected: true, [text]: 'x' })
    // Half of a character is an escape here, which kubectl and kustomize cannot read.
    if (!text.isWellFormed()) {
      t.match(stderr[0], /^error: the input has the escape \\\\?ud[89a-f]/)
      continue
    }
    t.strictSame([exit, items.length], [2, 1], `text ${index}`)
    t.match(stderr.join('\n'), /^error: option [^\n]* is not known/)
  }
})
