/** `kees verify` refuses the pods that the API server refuses in admission-policy.test.ts. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { run } from '../programs/programs.ts'
import { changed, hostilePod, hostilePods } from './hostile-pods.ts'
import { largePods } from './large-pods.ts'

t.test('kees verify refuses each pod in which init would work differently', async (t) => {
  const file = join(t.testdir(), 'pods.yaml')
  const pod = hostilePod()
  const objects = hostilePods.map((one, index) => pod(one, [['metadata.name', `pod-${index}`]]))
  writeFileSync(file, objects.map((one) => JSON.stringify(one)).join('\n---\n'))
  const flags = [
    '--image',
    'example/init:1',
    '--medium',
    'Memory',
    '--allow-env',
    'HTTP_PROXY',
    '--min-kubelet',
    '1.35',
  ]
  const lines = run('kees', ['verify', '-f', file, ...flags]).stderr.split('\n')
  hostilePods.forEach(({ title, refused, verify = refused }, index) => {
    const said = lines.filter((line) => line.includes(`Pod/pod-${index} `))
    if (verify) t.match(said.join('\n'), verify, title)
    else t.strictSame(said, [], title)
  })
})

t.test('kees verify refuses each pod that is larger than kees reads', async (t) => {
  const folder = t.testdir({
    'policy.yaml':
      'apiVersion: kees.bsycorp.com/v1alpha1\nkind: StoragePolicy\n' +
      'spec: {rules: [{namespaces: ["*"], prefixes: ["/{namespace}"]}]}\n',
  })
  const file = join(folder, 'pods.yaml')
  const pods = largePods()
  const objects = pods.map(([, pod], index) => changed(pod, [['metadata.name', `pod-${index}`]]))
  writeFileSync(file, objects.map((one) => JSON.stringify(one)).join('\n---\n'))
  const flags = ['--image', 'example/init:1', '--policy', join(folder, 'policy.yaml'), '--namespace', 'shop']
  const lines = run('kees', ['verify', '-f', file, ...flags]).stderr.split('\n')
  pods.forEach(([title, , refused], index) => {
    const errors = lines.filter((line) => line.includes(`error: Pod/pod-${index} `))
    t.equal(errors.length > 0, refused !== undefined, `${title}: ${errors.join().slice(0, 200)}`)
  })
})
