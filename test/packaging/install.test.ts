/** `kees install DIR`: what it leaves there runs in kustomize where no other Node is. */
import { mkdtempSync, readFileSync, readdirSync, symlinkSync, chmodSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { containersMissing, engine, readOnlyRoot } from './container-engine.ts'
import { buildImages } from './images-of-test.ts'
import { dist, root, run } from '../programs/programs.ts'
import { removeFolder } from '../programs/remove-folder.ts'
import { kustomize } from '../programs/tools.ts'

t.setTimeout(1_200_000)

const quickstart = join(root, 'kustomize-examples/quickstart')
const skip = kustomize().missing ?? false

function folder(t: Test): string {
  const made = mkdtempSync(join(tmpdir(), 'kees-install-'))
  t.teardown(() => removeFolder(made))
  mkdirSync(join(made, 'kustomize'))
  symlinkSync(kustomize().path ?? '', join(made, 'kustomize/kustomize'))
  return made
}

/** With nothing on the PATH but kustomize and the folder of the installation. */
function isWhole(t: Test, made: string): void {
  const env = { HOME: made, PATH: [join(made, 'kustomize'), join(made, 'tools')].join(':') }
  const enabled = ['--enable-alpha-plugins', '--enable-exec', quickstart]
  const alone = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const ended = run('env', ['-i', ...alone, 'kustomize', 'build', ...enabled])
  t.equal(ended.status, 0, ended.stderr)
  t.equal(ended.stdout, readFileSync(join(quickstart, 'expected/kustomize-build.yaml'), 'utf8'))
  const exported = run('env', ['-i', ...alone, 'kees', 'export', '-f', '-'], { input: ended.stdout })
  t.equal(exported.stdout, readFileSync(join(quickstart, 'expected/terraform/policies.tf'), 'utf8'))
  const without = run('env', [
    '-i',
    ...alone.slice(0, 1),
    `PATH=${join(made, 'kustomize')}`,
    'kustomize',
    'build',
    ...enabled,
  ])
  t.not(without.status, 0, 'and not without it')
}

t.test('from the executables', { skip }, async (t) => {
  const made = folder(t)
  const installed = run(join(dist, 'kees'), ['install', join(made, 'tools')])
  t.strictSame([installed.status, installed.stderr], [0, ''])
  isWhole(t, made)
  t.match(
    run(join(made, 'tools/kees'), ['install', join(made, 'tools')]).stdout,
    /node unchanged/,
    'it may update itself',
  )
})

t.test(
  'from a function image, as a user without an entry in /etc/passwd',
  { skip: containersMissing || skip },
  async (t) => {
    const built = await buildImages(['inject-init'])
    t.teardown(() => built.remove())
    const made = folder(t)
    mkdirSync(join(made, 'tools'))
    // As the kubelet makes an emptyDir.
    chmodSync(join(made, 'tools'), 0o777)
    const locked = [...readOnlyRoot, '--network=none', '--cap-drop=ALL', '--user=999:999']
    const volume = `--volume=${join(made, 'tools')}:/tools`
    const command = ['/usr/local/bin/kees', 'install', '/tools']
    const node = '--entrypoint=/usr/local/bin/node'
    const install = () =>
      engine(['run', '--rm', ...locked, volume, node, built.nameOf('inject-init'), ...command])
    const first = install()
    t.strictSame([first.status, first.stderr], [0, ''])
    t.strictSame(readdirSync(join(made, 'tools')).toSorted(), ['export-iam', 'inject-init', 'kees', 'node'])
    isWhole(t, made)
    const second = install()
    t.equal(second.status, 0)
    t.match(second.stdout, /^\/tools\/node unchanged$/m)
  },
)
