/** install.sh, against a server on loopback, with a small program in place of the executable. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { join, relative } from 'node:path'
import t, { type Test } from 'tap'
import manifest from '../../package.json' with { type: 'json' }
import { findCommand } from '../../scripts/tools/installed.ts'
import { root } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'
import { command } from '../programs/tools.ts'

t.setTimeout(600_000)

const script = join(root, 'install.sh')
const { version } = manifest

/** The commands of a small system, besides those that a test adds. */
const smallSystem = [
  'awk',
  'cat',
  'chmod',
  'cp',
  'env',
  'gzip',
  'mkdir',
  'mktemp',
  'rm',
  'sh',
  'tar',
  'uname',
]

/** As the executable behaves: `--version`, and `install DIR`. */
const program = (printed: string) => `#!/bin/sh
case $1 in
  --version) echo "${printed}" ;;
  install) mkdir -p "$2" && cp "$0" "$2/kees" && echo "$2/kees installed" ;;
esac
`

type World = {
  readonly files: Map<string, Buffer>
  readonly folder: string
  readonly bin: string
  /** Adds a command, a script or one of this machine. */
  readonly add: (name: string, text?: string) => void
  readonly install: (
    args?: readonly string[],
    env?: NodeJS.ProcessEnv,
  ) => Promise<{ status: number | null; stdout: string; stderr: string }>
  readonly installed: () => readonly string[]
}

/** A release on loopback, for each platform. */
async function world(t: Test, shell = 'sh', printed = `kees ${version}`): Promise<World> {
  const folder = t.testdir({ bin: {}, home: {}, tmp: {}, staged: { kees: program(printed) } })
  const [bin, home] = [join(folder, 'bin'), join(folder, 'home')]
  chmodSync(join(folder, 'staged/kees'), 0o755)
  const packed = spawnSync('tar', ['-cz', '-C', join(folder, 'staged'), 'kees'])
  const files = new Map<string, Buffer>()
  const names = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'].map(
    (name) => `kees-${name}.tar.gz`,
  )
  for (const name of names) files.set(name, packed.stdout)
  const sum = createHash('sha256').update(packed.stdout).digest('hex')
  files.set('SHA256SUMS', Buffer.from(names.map((name) => `${sum}  ${name}\n`).join('')))
  const server = createServer((request, response) => {
    const found = files.get(request.url?.split('/').at(-1) ?? '')
    response.writeHead(found === undefined ? 404 : 200).end(found)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close().closeAllConnections())
  const address = server.address()
  const from = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/release`
  const add = (name: string, text?: string) => {
    rmSync(join(bin, name), { force: true })
    if (text === undefined) symlinkSync(findCommand(name) ?? name, join(bin, name))
    else writeFileSync(join(bin, name), text, { mode: 0o755 })
  }
  for (const name of [...smallSystem, 'curl', 'sha256sum']) add(name)
  const clean = ['-i', `PATH=${bin}`, `TMPDIR=${join(folder, 'tmp')}`]
  return {
    files,
    folder,
    bin,
    add,
    install: async (args = [], env = { HOME: home }) => {
      const set = Object.entries(env).map(([name, value]) => `${name}=${value}`)
      const ended = await runBeside('env', [
        ...clean,
        ...set,
        ...shell.split(' '),
        script,
        '--from',
        from,
        ...args,
      ])
      t.strictSame(readdirSync(join(folder, 'tmp')), [], 'nothing is left behind')
      return ended
    },
    installed: () => (existsSync(join(home, '.local/bin')) ? readdirSync(join(home, '.local/bin')) : []),
  }
}

const shells = [
  ['sh', findCommand('sh')],
  ['dash', findCommand('dash')],
  ['busybox', findCommand('busybox')],
  ['bash', findCommand('bash')],
] as const
for (const [name, path] of shells) {
  t.test(`installs into ~/.local/bin, in ${name}`, { skip: command(name).missing ?? false }, async (t) => {
    const { install, installed, folder } = await world(t, name === 'busybox' ? `${path} sh` : path)
    const { status, stdout, stderr } = await install()
    t.equal(status, 0, stderr)
    t.match(stdout, `${folder}/home/.local/bin/kees installed`)
    t.match(stdout, 'export PATH=', 'the folder is not on the PATH')
    t.equal(stderr, 'cosign is not installed: the signature of SHA256SUMS is not verified\n')
    t.strictSame(installed(), ['kees'])
  })
}

t.test('whatever is not as it should be, nothing is installed', async (t) => {
  const cases: readonly (readonly [title: string, change: (world: World) => void, said: RegExp])[] = [
    [
      'another archive',
      ({ files }) => files.set('kees-linux-x64.tar.gz', Buffer.from('evil')),
      /has SHA-256 \w+, SHA256SUMS has \w+: nothing/,
    ],
    [
      'no archive',
      ({ files }) => files.delete('kees-linux-x64.tar.gz'),
      /kees-linux-x64\.tar\.gz cannot be downloaded/,
    ],
    ['no checksums', ({ files }) => files.delete('SHA256SUMS'), /SHA256SUMS cannot be downloaded/],
    [
      'not listed',
      ({ files }) => files.set('SHA256SUMS', Buffer.from('0  other\n')),
      /does not list kees-linux-x64\.tar\.gz once/,
    ],
    [
      'listed twice',
      ({ files }) =>
        files.set(
          'SHA256SUMS',
          Buffer.concat([
            files.get('SHA256SUMS') ?? Buffer.of(),
            Buffer.from(`${'0'.repeat(64)}  kees-linux-x64.tar.gz\n`),
          ]),
        ),
      /does not list kees-linux-x64\.tar\.gz once/,
    ],
    [
      'a page in place of the checksums',
      ({ files }) => files.set('SHA256SUMS', Buffer.from('<html>')),
      /does not list/,
    ],
    ['neither curl nor wget', ({ bin }) => rmSync(join(bin, 'curl')), /curl or wget is required/],
    [
      'nothing that makes checksums',
      ({ bin }) => rmSync(join(bin, 'sha256sum')),
      /sha256sum, shasum or openssl is required/,
    ],
    [
      'another system',
      ({ add }) => add('uname', '#!/bin/sh\necho FreeBSD\n'),
      /there is no executable for FreeBSD/,
    ],
    [
      'another processor',
      ({ add }) => add('uname', '#!/bin/sh\n[ "$1" = -s ] && echo Linux || echo riscv64\n'),
      /there is no executable for riscv64/,
    ],
    [
      'a signature that cosign refuses',
      ({ add, files }) => {
        files.set('SHA256SUMS.sigstore.json', Buffer.from('{}'))
        add('cosign', '#!/bin/sh\nexit 1\n')
      },
      /the signature of \S+SHA256SUMS is wrong: nothing was installed/,
    ],
    [
      'no signature for cosign',
      ({ add }) => add('cosign', '#!/bin/sh\nexit 0\n'),
      /sigstore\.json cannot be downloaded/,
    ],
  ]
  for (const [title, change, said] of cases) {
    await t.test(title, async (t) => {
      const made = await world(t)
      // Whatever this machine is.
      made.add('uname', '#!/bin/sh\n[ "$1" = -s ] && echo Linux || echo x86_64\n')
      change(made)
      const { status, stderr } = await made.install()
      t.equal(status, 1)
      t.match(stderr, said)
      t.strictSame(made.installed(), [])
    })
  }
  for (const [printed, said] of [
    ['kees 9.9.9', /the archive contains kees 9\.9\.9, not /],
    ['"; exit 1; "', /does not run on this machine/],
  ] as const) {
    await t.test(`the archive prints ${printed}`, async (t) => {
      const { install, installed } = await world(t, 'sh', printed)
      const { status, stderr } = await install()
      t.equal(status, 1)
      t.match(stderr, said)
      t.strictSame(installed(), [])
    })
  }
})

t.test('cosign is asked for the identity of the release workflow at the tag', async (t) => {
  const { install, installed, add, files, folder } = await world(t)
  files.set('SHA256SUMS.sigstore.json', Buffer.from('{}'))
  add('cosign', `#!/bin/sh\necho "$@" > ${folder}/asked\n`)
  const { status, stderr } = await install()
  t.strictSame([status, stderr], [0, ''])
  const asked = readFileSync(join(folder, 'asked'), 'utf8')
  t.match(asked, /^verify-blob --bundle \S+SHA256SUMS\.sigstore\.json /)
  t.match(
    asked,
    ` --certificate-identity https://github.com/bsycorp/kees/.github/workflows/release.yaml@refs/tags/v${version} `,
  )
  t.strictSame(installed(), ['kees'])
})

t.test('each system and processor gets its own archive', async (t) => {
  const machines = [
    ['Linux', 'x86_64', 'linux-x64'],
    ['Linux', 'aarch64', 'linux-arm64'],
    ['Darwin', 'arm64', 'darwin-arm64'],
    ['Darwin', 'x86_64', 'darwin-x64'],
  ] as const
  for (const [system, processor, name] of machines) {
    const { install, add, files } = await world(t)
    add('uname', `#!/bin/sh\n[ "$1" = -s ] && echo ${system} || echo ${processor}\n`)
    for (const file of files.keys())
      if (file !== 'SHA256SUMS' && file !== `kees-${name}.tar.gz`) files.delete(file)
    t.equal((await install()).status, 0, name)
  }
})

t.test('with wget and openssl, into another folder, without HOME', async (t) => {
  const { install, add, bin, folder } = await world(t)
  rmSync(join(bin, 'curl'))
  rmSync(join(bin, 'sha256sum'))
  if (findCommand('wget') === undefined) add('wget', '#!/bin/sh\nexec env curl -fsS -o "$3" "$4"\n')
  else add('wget')
  add('openssl')
  const into = join(folder, 'a folder')
  mkdirSync(into)
  const { status, stderr } = await install(['--dir', into], {})
  t.equal(status, 0, stderr)
  t.strictSame(readdirSync(into), ['kees'])
})

t.test('a relative folder: the PATH that it prints works in every folder', async (t) => {
  const { install, folder } = await world(t)
  const into = join(folder, 'home/my bin')
  const { status, stdout, stderr } = await install(
    ['--dir', relative(process.cwd(), join(folder, 'tmp/../home/./my bin')).replace(/^/, './')],
    {},
  )
  t.equal(status, 0, stderr)
  t.match(stdout, `\nadd ${into} to PATH: export PATH="${into}:$PATH"\n`)
  t.strictSame(readdirSync(into), ['kees'])
})

t.test('arguments', async (t) => {
  const { install, installed } = await world(t)
  const cases = [
    [['--help'], 0, /^Usage: install\.sh/],
    [['--dri', 'x'], 1, /argument --dri is not known/],
    [['--dir'], 1, /--dir must have a value/],
    [['--version', '9.9.9'], 1, /the archive contains kees [\d.]+, not 9\.9\.9/],
  ] as const
  for (const [args, status, said] of cases) {
    const ended = await install(args)
    t.equal(ended.status, status, args.join(' '))
    t.match(ended.stdout + ended.stderr, said)
  }
  t.match(await install([], {}), { status: 1, stderr: /HOME is not set/ })
  t.strictSame(installed(), [])
})

t.test('a part of the script does nothing', async (t) => {
  const text = readFileSync(script, 'utf8')
  const { status, stdout, stderr } = spawnSync('sh', [], {
    input: text.slice(0, text.lastIndexOf('main "$@"')),
    encoding: 'utf8',
  })
  t.strictSame([status, stdout, stderr], [0, '', ''])
})

t.test('it installs the version of package.json', async (t) => {
  t.match(readFileSync(script, 'utf8'), `\nversion=v${version}\n`)
})
