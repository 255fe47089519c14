import t from 'tap'
import { linesOf } from '../../../api/diagnostic.ts'
import { rolesOption } from './roles-option.ts'

const one = { namespace: 'prod', serviceAccount: 'app', role: 'app-role' }
const arn = 'arn:aws:iam::111122223333:role/team/app'
t.strictSame(
  rolesOption.parse([one, { ...one, serviceAccount: 'b.c', role: arn }]),
  { value: [one, { ...one, serviceAccount: 'b.c', role: arn }] },
  'names and ARNs are roles',
)
const wrong = [
  ['app', 'must be a list of maps'],
  [['app'], '[0] must be a map with'],
  [[one, one], '[1] is a second role of prod/app'],
  [[{ ...one, namespace: '*' }], '[0].namespace "*" is not the name of a namespace'],
  [[{ ...one, serviceAccount: 'App' }], '[0].serviceAccount "App" is not the name of a ServiceAccount'],
  [[{ ...one, role: 'a/b' }], '[0].role "a/b" has a path'],
  [[{ ...one, role: '${x}' }], '[0].role "${x}" is not a role'],
  [[{ ...one, roleArn: arn }], '[0].roleArn is not known: known are namespace, serviceAccount, role'],
  [
    [{}, { ...one, role: 1 }],
    '[0].namespace is missing; [0].serviceAccount is missing; [0].role is missing; [1].role must be a string, hint: put it in quotes',
  ],
] as const
for (const [value, message] of wrong) {
  const { diagnostics = [] } = rolesOption.parse(JSON.parse(JSON.stringify(value)))
  const all = diagnostics.map((diagnostic) => linesOf(diagnostic).join(', ')).join('; ')
  t.ok(all.includes(message), `${all} includes ${message}`)
}
