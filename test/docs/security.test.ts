/** docs/security.md agrees with the tests, the manifests and the policies. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { commands } from '../../cli/kees.ts'
import { grantOf } from '../../functions/export-iam/grants/grant.ts'
import { renderModule } from '../../functions/export-iam/terraform/terraform.ts'
import { hasTitle, parseClaims } from '../../scripts/tests/claims.ts'
import { root } from '../programs/programs.ts'

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const text = read('docs/security.md')
const rows = text.split('\n').filter((line) => line.startsWith('| '))
const rowOf = (part: string) => rows.filter((row) => row.startsWith(`| ${part} |`)).at(-1) ?? ''

t.test('every threat names tests by file and title, and they exist', async (t) => {
  const threats = between('## Threats', '## Rights')
    .split('\n')
    .filter((line) => /^\| (?!threat|it tries to|---)/.test(line) && !line.startsWith('|---'))
  t.ok(threats.length > 20)
  for (const row of threats) {
    const cell = row.split(' | ').at(-1)?.replace(/ \|$/, '') ?? ''
    const claims = parseClaims(cell)
    // Nothing else is in the cell.
    t.equal(claims.map(({ file, title }) => `\`${file}\`: "${title}"`).join('; '), cell)
    t.ok(claims.length > 0, row)
    for (const { file, title } of claims)
      t.ok(existsSync(join(root, file)) && hasTitle(read(file), title), `${file}: ${title}`)
  }
})

t.test("the creator's permissions in the cluster are those of its manifest", async (t) => {
  const said = [...rowOf('creator').matchAll(/((?:`[a-z]+`, )*`[a-z]+`) on (`[a-z]+`|its Lease)/g)]
  const rules = parseAllDocuments(read('install/creator/rbac.yaml')).flatMap((one) => {
    const object: { readonly rules?: readonly Rule[] } = one.toJS()
    return object.rules ?? []
  })
  t.strictSame(
    said.map(([whole]) => whole),
    rules.map(({ verbs, resources, resourceNames }) => {
      const what = resourceNames === undefined ? `\`${resources.join()}\`` : 'its Lease'
      return `${verbs.map((verb) => `\`${verb}\``).join(', ')} on ${what}`
    }),
  )
})

t.test('the permissions in AWS are those of the policies', async (t) => {
  const ofCreator = read('install/creator/terraform/policy.tf')
  t.strictSame(actionsOf(rowOf('creator')), actionsOf(ofCreator))
  const keys = [
    { prefix: '/a', arn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab' },
  ]
  const grant = grantOf('app', { name: 'app' }, ['/a/b'], keys)
  const ofPods = [...renderModule([grant], keys).values()].join('\n')
  t.strictSame(actionsOf(rowOf('init')), actionsOf(ofPods))
  const never = actionsOf(between('Never granted:', '## Out of scope'))
  t.ok(never.length > 3)
  for (const action of never) t.notOk(`${ofCreator}${ofPods}`.includes(action), `no policy has ${action}`)
})

t.test('every command of kees has a row with its permissions', async (t) => {
  const said = between('## Rights', 'Never granted:')
  for (const { name } of commands)
    t.match(said, new RegExp(`^\\| (\`[^|]*, )?\`(kees )?${name}\``, 'm'), name)
})

type Rule = {
  readonly verbs: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
}

function between(start: string, end: string): string {
  return text.slice(text.indexOf(start), text.indexOf(end))
}

/** Not the keys of conditions, which look the same. */
function actionsOf(words: string): string[] {
  const found = words.matchAll(/\b(?:ssm|kms):(?:Get|Put|Delete|Describe|Encrypt\b|Decrypt|Generate)\w*/g)
  return [...new Set([...found].map(([action]) => action))].toSorted()
}
