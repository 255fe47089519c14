/** From nothing to the first secret, as a new user in a container that has neither Node nor this repository. */
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import manifest from '../../package.json' with { type: 'json' }
import { platformOf } from '../../scripts/executables/platforms.ts'
import { writeRelease } from '../../scripts/executables/release-files.ts'
import { findCommand } from '../../scripts/tools/installed.ts'
import { isLong } from '../programs/long.ts'
import { root } from '../programs/programs.ts'
import { command } from '../programs/tools.ts'
import { baseImage, containersMissing, engine } from './container-engine.ts'
import { standalone, standaloneMissing } from './standalone.ts'

t.setTimeout(1_200_000)

const app = (type: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  selector: {matchLabels: {app: app}}
  template:
    metadata:
      labels: {app: app}
      annotations:
        iam.amazonaws.com/role: app-role
        secret.bsycorp.com/db.password: "kind=REFERENCE,type=${type}"
        secret.bsycorp.com/session.key: "kind=DYNAMIC,type=RANDOM,size=256"
    spec:
      containers: [{name: app, image: app}]
`

/** Each step prints its name, and then what its commands print. */
const steps = (install: string) => `set -u
read -r begin _ < /proc/uptime
step() { printf '\\n== %s\\n' "$1"; }
step 'no node'; command -v node npm git
step install; ${install}
export PATH="$HOME/.local/bin:$PATH"
step version; kees version
step completion; kees completion bash | grep -c _kees
step broken; kees inject -f broken.yaml; echo "exit $?"
step report; kees inject -f broken.yaml --report github; echo "exit $?"
step inject; kees inject -f app.yaml > manifest.yaml; echo "exit $?"
step export; kees export -f manifest.yaml --out terraform; echo "exit $?"
step verify; kees verify -f manifest.yaml --iam terraform; echo "exit $?"
export KEES_STORE=file:./store
step create; kees create -f manifest.yaml; echo "exit $?"
step put; printf fakepassword | kees put db.password; echo "exit $?"
step fetch; kees fetch --workload Deployment/app -f manifest.yaml --out secrets; echo "exit $?"
step secrets; cat secrets
step seconds; read -r end _ < /proc/uptime; echo "$begin $end"
`

const skip = containersMissing || standaloneMissing || (command('busybox').missing ?? false)

t.test('a new user', { skip }, async (t) => {
  const executable = await standalone()
  const folder = t.testdir({
    'broken.yaml': app('PASWORD'),
    'app.yaml': app('PASSWORD'),
    'steps.sh': '',
    release: {},
  })
  const ended = isLong
    ? inContainer(folder, await downloaded(executable, folder))
    : inContainer(folder, fromFile(executable, folder))
  const stepsOf = new Map(
    ended.stdout.split(/^== /m).map((text) => {
      const [name = '', ...lines] = text.trimEnd().split('\n')
      return [name, lines.join('\n')]
    }),
  )
  t.equal(ended.status, 0, ended.stderr)
  t.equal(stepsOf.get('no node'), '')
  t.match(stepsOf.get('install'), '/root/.local/bin/kees installed')
  t.match(stepsOf.get('version'), `kees ${manifest.version}`)
  t.ok(Number(stepsOf.get('completion')) > 0)
  const line =
    app('PASWORD')
      .split('\n')
      .findIndex((text) => text.includes('PASWORD')) + 1
  t.match(
    stepsOf.get('broken'),
    new RegExp(`^broken\\.yaml:${line}:9: error: .*type "PASWORD" is not known`, 'm'),
  )
  t.match(stepsOf.get('broken'), 'exit 1')
  t.match(stepsOf.get('report'), new RegExp(`^::error file=broken\\.yaml,line=${line},`, 'm'))
  for (const name of ['inject', 'export', 'verify', 'create', 'put', 'fetch'])
    t.match(stepsOf.get(name), /exit 0$/, name)
  const [begin = 0, end = 0] = stepsOf.get('seconds')?.split(' ').map(Number) ?? []
  t.comment(`from nothing to the first secret: ${(end - begin).toFixed(1)} s`)
  t.match(stepsOf.get('secrets'), /^db\.password=fakepassword\nsession\.key=[\w+/]{43}=$/)
})

function inContainer(folder: string, install: string) {
  const [, base = ''] =
    /^ARG BASE=(\S+)$/m.exec(readFileSync(join(root, 'scripts/images/Dockerfile'), 'utf8')) ?? []
  copyFileSync(findCommand('busybox') ?? 'busybox', join(folder, 'busybox'))
  // The base has libraries, and no command at all.
  const script = `/home/new/busybox mkdir -p /bin && /home/new/busybox --install -s /bin && cd /home/new && exec 2>&1\n${steps(install)}`
  return engine([
    'run',
    '--rm',
    '--network=none',
    '--user=0:0',
    '--env=HOME=/root',
    '--env=PATH=/bin',
    `--volume=${folder}:/home/new`,
    '--entrypoint=/home/new/busybox',
    baseImage ?? base,
    'sh',
    '-c',
    script,
  ])
}

/** In place of a release that somebody has unpacked. */
function fromFile(executable: string, folder: string): string {
  copyFileSync(executable, join(folder, 'kees'))
  return './kees install "$HOME/.local/bin"'
}

/** From a server, by install.sh. */
async function downloaded(executable: string, folder: string): Promise<string> {
  const platform = platformOf(process)
  if (platform !== undefined) await writeRelease(new Map([[platform, executable]]), join(folder, 'release'))
  return [
    'busybox httpd -p 127.0.0.1:8080 -h /home/new/release',
    'until wget -q -O install.sh http://127.0.0.1:8080/install.sh; do sleep 1; done',
    'sh install.sh --from http://127.0.0.1:8080',
  ].join('; ')
}
