/** A ConfigMap becomes files of a Terraform configuration only if its text is what export-iam would write. */
import { deepStrictEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { runs, triesMany } from '../../api/test-effort.ts'
import { linesOf } from '../../api/diagnostic.ts'
import { itemsUnder } from '../krm/manifest-item.ts'
import { parseSource } from '../yaml/parse.ts'
import { grantOf } from './grants/grant.ts'
import { parseIamRole } from './options/iam-role.ts'
import { countNames } from './grants/granted-names.ts'
import { isOfPrefix, type KmsKeys } from './options/kms-keys.ts'
import { formatPoliciesJson } from './terraform/policies-json.ts'
import { readPolicies } from './terraform/read-policies.ts'
import { renderModule } from './terraform/terraform.ts'
import { unpackModule } from './unpack.ts'

const arn = (index: number) =>
  `arn:aws:kms:eu-west-1:111122223333:key/${index}1111111-2222-3333-4444-555555555555`
const kmsKeys: KmsKeys = [
  { prefix: '/prod/b', arn: arn(1) },
  { prefix: '/prod', arn: arn(2) },
  { prefix: '/', arn: arn(1) },
  { secret: 'b/b', arn: arn(3) },
  { secret: 'rds!cluster', arn: arn(1) },
]
const place = { partition: 'aws', region: 'eu-west-1', account: '111122223333' }

function unpack(data: object) {
  const metadata = { name: 'terraform', annotations: { 'kees.bsycorp.com/generated-by': 'export-iam' } }
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data })
  const items = (parseSource(text).value ?? []).flatMap((one) => itemsUnder(one, one.root))
  const { files, results } = unpackModule(items)
  return { files: Object.fromEntries(files), said: results.flatMap(linesOf).join('\n') }
}

const name = fc.stringMatching(/^\/(prod\/)?[b-r][a-z.-]{0,30}$/)
const key = fc.constantFrom(
  'app',
  '__proto__',
  'a=b,c.d@e+f',
  'arn:aws:iam::111122223333:role/team/app',
  'Job/prod/worker',
  'CronJob/x',
)
const secrets = fc.oneof(
  fc.constant([]),
  fc.array(fc.oneof(fc.stringMatching(/^[b-r/!@+=._-]{1,30}$/), fc.constant('rds!cluster')), {
    maxLength: 40,
  }),
)
const grants = fc
  .uniqueArray(fc.tuple(key, fc.array(name, { maxLength: 90 }), secrets), { selector: ([one]) => one })
  .chain((all) => fc.tuple(fc.constant(all), fc.constantFrom<KmsKeys>([], kmsKeys)))
  .map(([all, keys]) => ({
    keys,
    all: all
      .map(([one, names, some]) => grantOf(one, parseIamRole(one).value, names, keys, some))
      .filter((one) => one.parts.length > 0 && countNames(one) > 0)
      .toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  }))

await t.test('what export-iam writes is read back and unpacked', async () => {
  fc.assert(
    fc.property(grants, ({ all, keys }) => {
      const written = renderModule(all, keys)
      const hasSecrets = all.some((one) => one.secrets.length > 0)
      deepStrictEqual(readPolicies(written.get('policies.tf') ?? ''), {
        grants: all,
        kmsKeys: hasSecrets ? keys : keys.filter(isOfPrefix),
      })
      const data = Object.fromEntries(written)
      deepStrictEqual(unpack(data), { files: data, said: '' })
      const json = { 'policies.json': formatPoliciesJson(all, keys, place) }
      deepStrictEqual(unpack(json), { files: json, said: '' })
    }),
    runs(40),
  )
})

const own = [grantOf('app', { name: 'app' }, ['/prod/a', '/prod/b/c', '/d'], kmsKeys, ['e', 'rds!cluster'])]
const module = Object.fromEntries(renderModule(own, kmsKeys))
const json = formatPoliciesJson(own, kmsKeys, place)

await t.test('one character more, less or other is refused, in any of the files', async (t) => {
  let refused = 0
  const { numRuns } = runs(300)
  const file = fc.constantFrom(...Object.keys(module))
  const put = fc.constantFrom(
    '',
    ' ',
    '\n',
    '*',
    '"',
    '}',
    'x',
    '# ',
    '\ndata "external" "x" {}\n',
    '${file("/etc/passwd")}',
  )
  fc.assert(
    fc.property(file, fc.nat(), fc.nat(2), put, (where, at, cut, text) => {
      const whole = module[where] ?? ''
      const position = at % (whole.length + 1)
      const changed = whole.slice(0, position) + text + whole.slice(position + cut)
      const { files, said } = unpack({ ...module, [where]: changed })
      // Another name may come out of it, or another key, and those are as good as the first ones.
      const isWhole = changed === renderModuleOf(changed)
      if (changed === whole || (where === 'policies.tf' && isWhole)) return
      refused++
      deepStrictEqual(files, {})
      t.match(said, /^data "(\w+)\.tf" is not what export-iam writes: /)
    }),
    { numRuns },
  )
  if (triesMany) t.ok(refused > numRuns / 2, `${refused} are refused`)
})

function renderModuleOf(policies: string): string | undefined {
  const read = readPolicies(policies)
  return read && renderModule(read.grants, read.kmsKeys).get('policies.tf')
}

const tampered: readonly (readonly [title: string, data: object])[] = [
  ['a file less', { 'policies.tf': module['policies.tf'] }],
  ['a name with a wildcard', { ...module, 'policies.tf': module['policies.tf']?.replaceAll('"/d"', '"/*"') }],
  [
    'a secret with a wildcard',
    { ...module, 'policies.tf': module['policies.tf']?.replaceAll('"e"', '"e*"') },
  ],
  [
    'a list of a part that is not there',
    { ...module, 'policies.tf': module['policies.tf']?.replace('part1_secrets', 'part9_secrets') },
  ],
  ['a wider wildcard', { ...module, 'policies.tf': module['policies.tf']?.replaceAll('-??????', '-*') }],
  ['a wider wildcard in JSON', { 'policies.json': json.replaceAll('e-??????', 'e-*') }],
  ['a wildcard of seven characters in JSON', { 'policies.json': json.replaceAll('e-??????', 'e-???????') }],
  ['a secret without its suffix in JSON', { 'policies.json': json.replaceAll(':e-??????', ':e') }],
  ['another action on secrets in JSON', { 'policies.json': json.replace(':GetSecretValue', ':*') }],
  [
    'a key for all secrets in JSON',
    {
      'policies.json': json.replaceAll(
        /"kms:EncryptionContext:SecretARN": \[[^\]]*\]/g,
        '"kms:EncryptionContext:SecretARN": ["*"]',
      ),
    },
  ],
  [
    'a key of secrets for every service in JSON',
    { 'policies.json': json.replaceAll('"secretsmanager.eu-west-1', '"ssm.eu-west-1') },
  ],
  [
    'a name that is Terraform',
    { ...module, 'policies.tf': module['policies.tf']?.replaceAll('"/d"', '"${x}"') },
  ],
  [
    'a role that is another',
    { ...module, 'policies.tf': module['policies.tf']?.replaceAll('= "app"', '= "admin"') },
  ],
  [
    'two grants of one role',
    { ...module, 'policies.tf': module['policies.tf']?.replace(/( {4}"app" = [^]*? {4}\}\n)/, '$1\n$1') },
  ],
  ['a key that is none', { ...module, 'policies.tf': module['policies.tf']?.replaceAll(arn(1), '*') }],
  ['both forms', { ...module, 'policies.json': json }],
  ['JSON that is none', { 'policies.json': `${json}}` }],
  ['another action in JSON', { 'policies.json': json.replace('ssm:GetParameters', 'ssm:*') }],
  ['a wildcard in JSON', { 'policies.json': json.replace('parameter/d', 'parameter/*') }],
  [
    'a statement more in JSON',
    {
      'policies.json': json.replace(
        '"Statement": [',
        '"Statement": [{"Effect":"Allow","Action":"*","Resource":"*"},',
      ),
    },
  ],
  [
    'a key without its conditions in JSON',
    { 'policies.json': json.replaceAll(/"StringEquals": \{[^}]*\}/g, '"StringEquals": {}') },
  ],
  [
    'a decryption of something else in JSON',
    {
      'policies.json': json.replaceAll(
        /"kms:EncryptionContext:PARAMETER_ARN": \[[^\]]*\]/g,
        '"kms:EncryptionContext:PARAMETER_ARN": ["*"]',
      ),
    },
  ],
  ['a key twice in JSON', { 'policies.json': json.replace('"grants": {', '"grants": {},\n  "grants": {') }],
  ['a denial in JSON', { 'policies.json': json.replace('"Effect": "Allow"', '"Effect": "Deny"') }],
]
for (const [title, data] of tampered) {
  const { files, said } = unpack(data)
  t.strictSame(files, {}, title)
  t.match(said, / is not what export-iam writes: it was changed, or another version of kees wrote it/)
}
