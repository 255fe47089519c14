/** init in a pod whose traffic is redirected to the proxy of a service mesh that does not run yet, as in docs/network.md. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'

t.setTimeout(300_000)

/** A user namespace where that is needed: the root of the machine has its users. */
const namespace = [...(process.getuid?.() === 0 ? [] : ['--map-root-user']), '--net']
const works = (...line: readonly string[]) => spawnSync('unshare', [...namespace, ...line]).status === 0
const missing = !works('true')
  ? 'needs the command unshare'
  : !works('ip', 'link')
    ? 'needs the command ip'
    : !works('iptables', '-t', 'nat', '-L') && 'needs the command iptables'

t.test('a mesh without its proxy', { skip: missing }, async (t) => {
  const script = join(import.meta.dirname, './mesh-namespace.ts')
  const { stdout, stderr, status } = await runBeside(
    'unshare',
    [...namespace, process.execPath, script, t.testdir({})],
    { timeout: 240_000 },
  )
  t.equal(status, 0, stderr)
  const results: Readonly<Record<string, { readonly exit: number; readonly log: string }>> =
    JSON.parse(stdout)
  t.match(results, {
    'no proxy': { exit: 5, log: /SSM at 10\.99\.0\.1:8000 was not reached \(ECONNREFUSED\)/ },
    'init is the user of the proxy': { exit: 0 },
    'the port is excluded': { exit: 0 },
    'the proxy comes up later': { exit: 0 },
  })
  const page = readFileSync(join(root, 'docs/network.md'), 'utf8')
  t.match(page, 'GetParameters: SSM at ssm.eu-west-1.amazonaws.com was not reached (ECONNREFUSED)')
})
