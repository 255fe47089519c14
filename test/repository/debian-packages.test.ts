/** Packages of Debian for tests, with an apt-get and a flock that only write down how they were called. */
import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import t from 'tap'
import { root } from '../../scripts/bundle.ts'
import { installPackages } from '../../scripts/tools/debian-packages.ts'
import { findCommand } from '../../scripts/tools/installed.ts'

const engine = join(root, '.ci', 'container-engine')
const lock = 'kees-container-engine.lock'

const script = (then: string) => `#!/bin/sh\necho "\${0##*/} $*" >>"\${0%/*}/calls"\n${then}\n`

t.test('packages are installed while no other test installs any', async (t) => {
  const folder = t.testdir({ flock: script('shift\nexec "$@"'), 'apt-get': script('') })
  for (const name of ['flock', 'apt-get']) chmodSync(join(folder, name), 0o755)
  const path = process.env['PATH']
  t.teardown(() => (process.env['PATH'] = path))
  process.env['PATH'] = [folder, path].join(delimiter)
  const apt = join(folder, 'apt-get')
  await installPackages(apt, ['runc', 'iptables'])
  const update = '-qq -o DPkg::Lock::Timeout=600 update'
  const install = '-qq -o DPkg::Lock::Timeout=600 install -y --no-install-recommends runc iptables'
  t.strictSame(
    readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n'),
    [update, install].flatMap((args) => [`flock ${join(tmpdir(), lock)} ${apt} ${args}`, `apt-get ${args}`]),
  )
  t.ok(
    readFileSync(engine, 'utf8').includes(`\${TMPDIR:-/tmp}/${lock}`),
    'the same lock in .ci/container-engine',
  )
})

t.test(
  'the tools of a container engine wait for the lock of dpkg',
  {
    skip:
      process.getuid?.() === 0
        ? findCommand('apt-config') === undefined && 'needs the command apt-config'
        : 'needs root',
  },
  (t) => {
    const tools = t.testdir({
      'container-runtime': '#!/bin/sh\napt-config dump DPkg::Lock::Timeout >&2\nexit 3\n',
      'base-image': '',
      tmp: {},
    })
    for (const name of ['container-runtime', 'base-image']) chmodSync(join(tools, name), 0o755)
    const env = { ...process.env, KEES_CONTAINER_TOOLS: tools, TMPDIR: join(tools, 'tmp') }
    const { status, stderr } = spawnSync(engine, { env, encoding: 'utf8' })
    t.equal(status, 3)
    t.equal(stderr, 'DPkg::Lock::Timeout "600";\n')
    t.end()
  },
)
