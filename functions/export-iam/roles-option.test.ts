import t from 'tap'
import { rolesOption } from './roles-option.ts'

const one = { namespace: 'prod', serviceAccount: 'app', role: 'app-role' }
const arn = 'arn:aws:iam::111122223333:role/team/app'
t.strictSame(
  rolesOption.parse([one, { ...one, serviceAccount: 'b.c', role: arn }]),
  { value: [one, { ...one, serviceAccount: 'b.c', role: arn }] },
  'names and ARNs are roles',
)
const wrong = [
  ['app', 'is not a list of maps'],
  [['app'], '[0] is not a map'],
  [[one, one], '[1] is a second role of prod/app'],
  [[{ ...one, namespace: '*' }], '[0].namespace "*" is not a valid name of a namespace'],
  [[{ ...one, serviceAccount: 'App' }], '[0].serviceAccount "App" is not a valid name of a ServiceAccount'],
  [[{ ...one, role: 'a/b' }], '[0].role "a/b" has a path'],
  [[{ ...one, role: '${x}' }], '[0].role "${x}" is not a role'],
  [[{ ...one, roleArn: arn }], '[0].roleArn is not known: known are namespace, serviceAccount, role'],
  [
    [{}, { ...one, role: 1 }],
    '[0].namespace is not a string; [0].serviceAccount is not a string; [0].role is not a string; [1].role 1 is not a string',
  ],
] as const
for (const [value, diagnostics] of wrong) {
  const found = rolesOption.parse(JSON.parse(JSON.stringify(value))).diagnostics ?? []
  const said = found.map(({ message }) => message).join('; ')
  t.ok(said.includes(diagnostics), `${said} says ${diagnostics}`)
}
