import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { exitCode } from '../../api/exit-code.ts'
import { readPolicy } from './read-policy.ts'

const folder = t.testdir()
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const good = `apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
metadata: {name: default}
spec:
  rules:
    - namespaces: ["*"]
      prefixes: ["/{namespace}"]
`

t.match(await readPolicy(file('good.yaml', good)), {
  policy: { name: 'default', rules: [{ prefixes: ['/{namespace}'] }] },
})

const missing = join(folder, 'missing.yaml')
t.strictSame((await readPolicy(missing)).diagnostics, [
  {
    exit: exitCode.usage,
    message: `POLICY_FILE "${missing}": it cannot be read: it does not exist (ENOENT)`,
  },
])
t.match(await readPolicy(file('broken.yaml', '{')), {
  diagnostics: [{ exit: exitCode.input, message: /it is not one YAML document$/ }],
})
t.match(
  await readPolicy(file('wrong.yaml', good.replace('"*"', '"A"').replace('prefixes', 'prefix'))),
  {
    diagnostics: [
      { exit: exitCode.input, message: /spec.rules\[0\]."prefix" is not known/ },
      { exit: exitCode.input, message: /spec.rules\[0\].namespaces\[0\]/ },
      { exit: exitCode.input, message: /spec.rules\[0\].prefixes must be a non-empty list/ },
    ],
  },
  'all errors are reported at once',
)
