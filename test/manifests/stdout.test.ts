/** A standard output that takes nothing, or nothing more. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { run } from '../programs/programs.ts'

const pod = (name: string) => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  annotations:
    secret.bsycorp.com/db.password: "kind=REFERENCE,type=PASSWORD"
spec:
  containers:
    - name: app
`
const shell = (command: string, cwd: string) => run('bash', ['-c', command], { cwd })

t.test('a full disk behind standard output is one line and exit code 6', async (t) => {
  const folder = t.testdir({ 'pod.yaml': pod('app') })
  const list = 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n'
  writeFileSync(join(folder, 'list.yaml'), list)
  for (const command of ['kees inject -f pod.yaml', 'inject-init < list.yaml', 'export-iam < list.yaml']) {
    const { status, stderr } = shell(`${command} > /dev/full`, folder)
    t.equal(stderr, 'error: standard output cannot be written: ENOSPC\n', command)
    t.equal(status, 6, command)
  }
})

t.test('a reader that goes early hears nothing', async (t) => {
  const manifests = Array.from({ length: 2000 }, (_, index) => pod(`app-${index}`)).join('---\n')
  const folder = t.testdir({ 'pods.yaml': manifests })
  const { stdout, stderr, status } = shell(
    'kees inject -f pods.yaml | head -n 1; echo ${PIPESTATUS[0]}',
    folder,
  )
  t.strictSame([stdout, stderr, status], ['apiVersion: v1\n6\n', '', 0])
})

t.test('a file that takes only a part of the output is an error too', async (t) => {
  const manifests = Array.from({ length: 20 }, (_, index) => pod(`app-${index}`)).join('---\n')
  const folder = t.testdir({ 'pods.yaml': manifests })
  // 4 blocks of 512 or 1024 bytes, of about 30 kB; past the limit there is a signal, which Node ignores, and EFBIG.
  const { stderr, status } = shell('ulimit -f 4; kees inject -f pods.yaml > out.yaml', folder)
  t.equal(stderr, 'error: standard output cannot be written: EFBIG\n')
  t.equal(status, 6)
})

t.test('kees ends when all is printed, although something keeps Node alive', async (t) => {
  const folder = t.testdir({ 'pod.yaml': pod('app'), 'alive.cjs': 'setInterval(() => {}, 1000)' })
  const { stdout, status } = shell(
    `NODE_OPTIONS=--require=${join(folder, 'alive.cjs')} timeout 300 kees inject -f pod.yaml`,
    folder,
  )
  t.match(stdout, 'name: app')
  t.equal(status, 0)
})
