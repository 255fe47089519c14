import t from 'tap'
import { grantOf } from '../../functions/export-iam/grants/grant.ts'
import { formatAccessMatrix } from './access-matrix.ts'

const app = grantOf('app', { name: 'app' }, ['/b', '/a'])
const job = grantOf('Job/prod/x', undefined, ['/a'])
const declaredBy = new Map([
  [
    'app',
    new Map([
      ['/a', ['Deployment/web', 'Job/a|b\n<i>']],
      ['/b', ['Deployment/web']],
    ]),
  ],
  ['Job/prod/x', new Map([['/a', ['Job/prod/x']]])],
])
t.equal(
  formatAccessMatrix({ grants: [job, app], declaredBy }),
  `| who | may read | declared by |
| --- | --- | --- |
| \`Job/prod/x\` (no role) | \`/a\` | Job/prod/x |
| \`app\` | \`/a\` | Deployment/web, <code>Job/a&#124;b&#10;&#60;i&#62;</code> |
| \`app\` | \`/b\` | Deployment/web |
`,
)
const reader = grantOf('db', { name: 'db' }, ['/a'], [], ['rds!db'])
t.match(
  formatAccessMatrix({
    grants: [reader],
    declaredBy: new Map([
      [
        'db',
        new Map([
          ['/a', ['Job/x']],
          ['secret rds!db', ['Job/y']],
        ]),
      ],
    ]),
  }),
  '| `db` | `/a` | Job/x |\n| `db` | `secret rds!db` | Job/y |\n',
  'secrets come after the parameters',
)
t.equal(formatAccessMatrix({ grants: [], declaredBy: new Map() }), 'Nobody may read a parameter.\n')
