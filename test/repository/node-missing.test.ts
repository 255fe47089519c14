/** Why the tests on a node are skipped: the reason names what the machine lacks. */
import { spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'

const script = `
const { nodeMissing } = await import(process.argv[1])
if (process.argv[2] === 'other' && process.getuid() === 0) process.setuid(65534)
process.stdout.write(String(nodeMissing()))
`
const source = join(import.meta.dirname, '../../scripts/tools/node-missing.ts')
const commands = [
  'go',
  'kubectl',
  'bash',
  'unshare',
  'nsenter',
  'ip',
  'tar',
  'containerd',
  'runc',
  'iptables',
]
const works = '#!/bin/sh\nexit 0\n'
const fails = '#!/bin/sh\nexit 1\n'

/** @param programs of the PATH, by name. */
function reasonWith(t: Test, programs: Readonly<Record<string, string>>, ...args: readonly string[]): string {
  const PATH = t.testdir(programs)
  for (const name of Object.keys(programs)) chmodSync(join(PATH, name), 0o755)
  const all = ['--input-type=module', '-e', script, source, ...args]
  const { stdout, stderr } = spawnSync(process.execPath, all, { env: { PATH }, encoding: 'utf8' })
  return stdout === '' ? stderr : stdout
}

const allPrograms = Object.fromEntries(commands.map((name) => [name, works]))
const skip = process.getuid?.() !== 0 && 'needs root for a node of Kubernetes'

for (const name of commands) {
  t.test(`without ${name}`, { skip }, (t) => {
    const { [name]: _, ...others } = allPrograms
    t.equal(reasonWith(t, others), `needs the command ${name}`)
    t.end()
  })
}

t.test('without namespaces', { skip }, (t) => {
  t.equal(
    reasonWith(t, { ...allPrograms, unshare: fails }),
    'needs network, mount and process namespaces for a node of Kubernetes',
  )
  t.end()
})

t.test('as another user than root', (t) => {
  t.equal(reasonWith(t, allPrograms, 'other'), 'needs root for a node of Kubernetes')
  t.end()
})
