import t from 'tap'
import { compareModule } from './compare-module.ts'
import { grantOf } from '../grants/grant.ts'
import { parseIamRole } from '../options/iam-role.ts'
import { renderModule } from './terraform.ts'

const moduleOf = (grants: Readonly<Record<string, readonly string[]>>) =>
  renderModule(Object.entries(grants).map(([role, names]) => grantOf(role, parseIamRole(role).value, names)))
const change = (files: ReadonlyMap<string, string>, name: string, edit: (text: string) => string) =>
  new Map([...files].map(([file, text]) => [file, file === name ? edit(text) : text]))

const differences = (...files: Parameters<typeof compareModule>) =>
  compareModule(...files).map(({ message }) => message)

const committed = moduleOf({ app: ['/a', '/b'], job: ['/c'] })

t.strictSame(differences(committed, committed), [], 'a module is itself')

const harmless: readonly (readonly [title: string, edit: (text: string) => string])[] = [
  ['comments', (text) => `// seen by security\n/* twice\n*/${text.replaceAll('\n', ' # so\n')}`],
  ['other blanks', (text) => text.replaceAll(/^ +/gm, '\t').replaceAll('= ', '=   ')],
  ['Windows line ends', (text) => text.replaceAll('\n', '\r\n')],
  ['no comma after the last name', (text) => text.replaceAll(/,(\n *\])/g, '$1')],
]
for (const [title, edit] of harmless) {
  t.strictSame(differences(committed, change(committed, 'policies.tf', edit)), [], `not stale: ${title}`)
}

t.strictSame(
  differences(moduleOf({ app: ['/a', '/new'], other: ['/d'] }), committed),
  [
    'policies.tf does not grant "app": "/new"',
    'policies.tf grants what is not declared by "app": "/b"',
    'policies.tf grants what is not declared by "job": "/c"',
    'policies.tf does not grant "other": "/d"',
  ],
  'every role that gains or loses is named, with the parameters',
)

const ofSecrets = (...names: readonly string[]) =>
  renderModule([grantOf('app', { name: 'app' }, ['/a', '/b'], [], names)])
t.strictSame(
  differences(ofSecrets('/a', 'rds!db'), ofSecrets('rds!db', 'old')),
  [
    'policies.tf does not grant "app": secret "/a"',
    'policies.tf grants what is not declared by "app": secret "old"',
  ],
  'a secret is not the parameter of that name',
)
t.match(
  differences(ofSecrets('rds!db'), committed),
  ['policies.tf does not grant "app": secret "rds!db"', /"job": "\/c"/],
  'the first secret',
)
t.strictSame(
  differences(
    ofSecrets('rds!db'),
    change(ofSecrets('rds!db'), 'policies.tf', (text) => text.replaceAll('-??????', '-*')),
  ),
  ['policies.tf differs from what kees export writes'],
  'a wider wildcard',
)

const tampered: readonly (readonly [file: string, edit: (text: string) => string])[] = [
  ['policies.tf', (text) => text.replace('"ssm:GetParameters"', '"ssm:*"')],
  ['policies.tf', (text) => text.replace('${name}"', '*"')],
  [
    'policies.tf',
    (text) => text.replace('"/a",', '"/a", # "/b"').replace('        "/b",\n', '        "/b ",\n'),
  ],
  ['main.tf', (text) => `${text}\nresource "aws_iam_policy" "more" {}\n`],
  ['versions.tf', () => ''],
]
for (const [file, edit] of tampered) {
  const diagnostics = differences(committed, change(committed, file, edit))
  t.ok(
    diagnostics.length > 0 && diagnostics.every((one) => one.startsWith(file)),
    `stale: ${diagnostics.join('; ')}`,
  )
}

t.strictSame(
  differences(committed, new Map()),
  ['policies.tf', 'main.tf', 'outputs.tf', 'versions.tf'].map((name) => `${name} is missing`),
  'every missing file is named',
)
