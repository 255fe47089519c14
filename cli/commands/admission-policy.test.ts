import { join } from 'node:path'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { fakeIo } from '../fake-io.ts'
import { kees } from '../kees.ts'

const policy = (namespaces: string, prefixes: string) => `apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
metadata: {name: default}
spec: {rules: [{namespaces: ${namespaces}, prefixes: ${prefixes}}]}
`

async function run(...args: readonly string[]) {
  const io = fakeIo()
  const exit = await kees(['admission-policy', ...args], io)
  return { exit, printed: io.printed(), said: io.said() }
}

await t.test('three policies, each with its binding', async (t) => {
  const file = join(t.testdir({ 'policy.yaml': policy('["*"]', '["/{namespace}"]') }), 'policy.yaml')
  const { exit, printed, said } = await run(
    '--policy',
    file,
    '--image',
    'a:1',
    '--image',
    'a:2',
    '--name',
    'team',
  )
  t.equal(exit, 0)
  t.equal(said, '')
  const objects = parseAllDocuments(printed).map((one) => one.toJS())
  t.strictSame(
    objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`),
    [
      'ValidatingAdmissionPolicy/team-pods',
      'ValidatingAdmissionPolicyBinding/team-pods',
      'ValidatingAdmissionPolicy/team-workloads',
      'ValidatingAdmissionPolicyBinding/team-workloads',
      'ValidatingAdmissionPolicy/team-bindings',
      'ValidatingAdmissionPolicyBinding/team-bindings',
    ],
  )
  t.strictSame(objects[1].spec, { policyName: 'team-pods', validationActions: ['Deny'] })
  t.match(printed, 'one.image in ["a:1", "a:2"]')
})

await t.test(
  'a literal prefix below that of a namespace is a warning, here and in kees verify',
  async (t) => {
    const rules =
      '[{namespaces: [payments], prefixes: [/shared/payments]}, {namespaces: ["*"], prefixes: ["/{namespace}"]}]'
    const text = policy('[a]', '[/a]').replace(/rules: .*/, `rules: ${rules}}`)
    const file = join(t.testdir({ 'policy.yaml': text }), 'policy.yaml')
    const warning =
      'warning: flag --policy: spec.rules[0].prefixes[0] is /shared/payments, and a namespace shared '
    const { exit, said } = await run('--policy', file, '--image', 'a:1')
    t.equal(exit, 0)
    t.match(said, warning)
    const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n'
    const verify = fakeIo(pod)
    t.equal(await kees(['verify', '-f', '-', '--policy', file], verify), 0)
    t.match(verify.said(), warning)
    t.equal(await kees(['verify', '-f', '-', '--policy', file, '--strict'], fakeIo(pod)), 1)
  },
)

await t.test('the medium of the emptyDir is checked only if it is Memory', async (t) => {
  const file = join(t.testdir({ 'policy.yaml': policy('["*"]', '["/"]') }), 'policy.yaml')
  const memory = await run('--policy', file, '--image', 'a:1')
  const disk = await run(
    '--policy',
    file,
    '--image',
    'a:1',
    '--medium=',
    '--action',
    'Warn',
    '--action',
    'Audit',
  )
  t.match(memory.printed, /emptyDir\.medium/)
  t.match(disk.printed, /has\(volume\.emptyDir\)/)
  t.notMatch(disk.printed, /emptyDir\.medium/)
  t.match(disk.printed, /validationActions:\n {2}- Warn\n {2}- Audit\n/)
})

await t.test('rules are tried in order, and patterns are distinguished from names', async (t) => {
  const file = join(
    t.testdir({ 'policy.yaml': policy('[shop, "team-*", "a*"]', '["/x/{namespace}", "/"]') }),
    'policy.yaml',
  )
  const { printed } = await run('--policy', file, '--image', 'a:1')
  const [first] = parseAllDocuments(printed).map((one) => one.toJS())
  const { expression } = first.spec.variables.find((one: { name: string }) => one.name === 'allowedPrefixes')
  t.equal(
    expression,
    '(request.namespace in ["shop"] || request.namespace.matches("^team-.*$") || request.namespace.matches("^a.*$"))\n' +
      '  ? ["/x/" + request.namespace, ""]\n' +
      '  : []',
  )
})

await t.test('all errors are reported at once', async (t) => {
  const file = join(t.testdir({ 'policy.yaml': policy('[A]', '["/a"]') }), 'policy.yaml')
  const { exit, said, printed } = await run('x', '--policy', file, '--action', 'Drop', '--name', 'A')
  t.equal(exit, 2)
  t.equal(printed, '')
  t.match(said, /flag --policy is not a StoragePolicy: spec\.rules\[0\]\.namespaces\[0\] is "A"/)
  t.match(said, 'error: flag --image is missing')
  t.match(said, 'error: flag --action must be one of Deny, Warn, Audit')
  t.match(said, 'error: flag --name is not a valid name')
  t.match(said, 'error: arguments are not known')
  t.match((await run('--image', 'a:1')).said, 'flag --policy is missing')
  t.match(
    (await run('--image', 'a:1', '--action', 'Deny', '--action', 'Warn')).said,
    'must not be used together',
  )
})

await t.test('--allow-env lifts the rule of a variable, and no other', async (t) => {
  const file = join(t.testdir({ 'policy.yaml': policy('["*"]', '["/"]') }), 'policy.yaml')
  const { printed } = await run('--policy', file, '--image', 'a:1', '--allow-env', 'AWS_CA_BUNDLE')
  t.match(
    printed,
    'one.name.matches("^(AWS_CA_BUNDLE|SSL_CERT_FILE|SSL_CERT_DIR)$") && !(one.name in ["AWS_CA_BUNDLE"])',
  )
  const { exit, said } = await run('--policy', file, '--image', 'a:1', '--allow-env', 'SECRETS_FILE')
  t.equal(exit, 2)
  t.equal(said, 'error: flag --allow-env "SECRETS_FILE" is not a variable that is refused\n')
})

await t.test('--inject prints a MutatingAdmissionPolicy before the others, with every option', async (t) => {
  const config =
    'apiVersion: kees.bsycorp.com/v1alpha1\nkind: InjectInit\nspec: {image: "a:1", refresh: 5m, env: [{name: AWS_REGION, value: eu-west-1}]}\n'
  const folder = t.testdir({ 'policy.yaml': policy('["*"]', '["/"]'), 'inject.yaml': config })
  const files = ['--policy', join(folder, 'policy.yaml'), '--config', join(folder, 'inject.yaml')]
  const { exit, printed, said } = await run('--inject', ...files, '--min-kubelet', '1.35')
  t.equal(exit, 0, said)
  const objects = parseAllDocuments(printed).map((one) => one.toJS())
  t.strictSame(
    objects.slice(0, 3).map(({ kind, metadata }) => `${kind}/${metadata.name}`),
    [
      'MutatingAdmissionPolicy/kees-inject',
      'MutatingAdmissionPolicyBinding/kees-inject',
      'ValidatingAdmissionPolicy/kees-pods',
    ],
  )
  t.match(objects[0].spec, { failurePolicy: 'Fail', reinvocationPolicy: 'Never' })
  const { expression } = objects[0].spec.variables.find(({ name }: { name: string }) => name === 'additions')
  for (const text of ['"a:1"', '"--refresh", "5m"', '"eu-west-1"']) t.match(expression, text)
  // The first of two images.
  const two = await run('--inject', ...files, '--image', 'a:2', '--image', 'a:1')
  t.match(two.printed, '"image": dyn("a:2")')
  t.notMatch(two.printed, '"image": dyn("a:1")')
})

await t.test(
  'options of the injection need --inject, and must make pods that the policies accept',
  async (t) => {
    const file = join(t.testdir({ 'policy.yaml': policy('["*"]', '["/"]') }), 'policy.yaml')
    const flags = [
      '--policy',
      file,
      '--image',
      'a:1',
      '--format',
      'json',
      '--env',
      '[{name: NODE_OPTIONS, value: x}]',
    ]
    const without = await run(...flags)
    t.equal(without.exit, 2)
    t.match(without.said, 'error: flag --format has no effect without --inject')
    const guarded = await run('--inject', ...flags)
    t.equal(guarded.exit, 2)
    t.match(
      guarded.said,
      /error: flag --env: NODE_OPTIONS .*\n {2}hint: if it is meant, allow it by --allow-env NODE_OPTIONS/,
    )
    t.equal((await run('--inject', ...flags, '--allow-env', 'NODE_OPTIONS')).exit, 0)
  },
)
