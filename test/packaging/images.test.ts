/** The images as files, for all platforms, and as containers. Unless this runs in full, for another platform it is that of init alone. */
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import t from 'tap'
import { programs, root } from '../../scripts/bundle.ts'
import { images, isCached } from '../../scripts/images/image-programs.ts'
import { platformNode } from '../../scripts/images/platform-node.ts'
import { platformOf, platforms } from '../../scripts/images/platform.ts'
import { findCommand } from '../../scripts/tools/installed.ts'
import manifest from '../../package.json' with { type: 'json' }
import { baseImage, containersMissing, engine, engineSays, readOnlyRoot } from './container-engine.ts'
import { buildImages } from './images-of-test.ts'
import { reportCache } from './report-cache.ts'
import { isLong } from '../programs/long.ts'
import { run } from '../programs/programs.ts'

t.setTimeout(1_200_000)

const base = baseImage ?? "the Dockerfile's own base"
const temporary = mkdtempSync(join(tmpdir(), 'kees-images-test-'))
t.teardown(() => rmSync(temporary, { recursive: true, force: true }))

type Inspected = {
  readonly Id: string
  readonly Architecture: string
  readonly Os: string
  readonly Created: string
  readonly RootFS: { readonly Layers: readonly string[] }
  readonly Config: {
    readonly User: string
    readonly Entrypoint: readonly string[]
    readonly Env: readonly string[]
    readonly Labels: Readonly<Record<string, string>>
  }
}

function inspect(image: string): Inspected {
  const [found]: [Inspected] = JSON.parse(engineSays('image', 'inspect', image))
  return found
}

/** Unpacks the layers of an image, one over the other. @returns the folder. */
function unpack(image: string): string {
  const folder = mkdtempSync(join(temporary, 'image-'))
  engineSays('save', `--output=${folder}.tar`, image)
  untar(`${folder}.tar`, folder)
  const [{ Layers: layers }]: [{ Layers: string[] }] = JSON.parse(
    readFileSync(join(folder, 'manifest.json'), 'utf8'),
  )
  for (const layer of layers) untar(join(folder, layer), join(folder, 'root'))
  return join(folder, 'root')
}

function untar(archive: string, folder: string): void {
  mkdirSync(folder, { recursive: true })
  const { status, stderr } = run('tar', ['-xf', archive, '-C', folder])
  if (status !== 0) throw new Error(stderr)
  rmSync(archive)
}

function filesIn(folder: string): string[] {
  const all = globSync('**/*', { cwd: folder, withFileTypes: true })
  return all
    .filter((one) => !one.isDirectory())
    .map((one) => relative(folder, join(one.parentPath, one.name)))
}

const shells =
  /(^|\/)(sh|bash|dash|ash|zsh|ksh|csh|fish|busybox|toybox|env|perl|python[\d.]*|apt|dpkg|apk|rpm)$/

const platformHere = platformOf(process.arch)

/** As --version prints it. */
const versionOf = (name: string) => (name === 'init' ? '' : `${name} `) + manifest.version
const emulator = platformHere?.arch === 'arm64' ? 'qemu-x86_64-static' : 'qemu-aarch64-static'
const noEmulator = findCommand(emulator) === undefined && `needs the command ${emulator}`
const locked = [...readOnlyRoot, '--network=none', '--cap-drop=ALL', '--security-opt=no-new-privileges']

t.test(`images on ${base}`, { skip: containersMissing }, async (t) => {
  const targets = images.map(({ target }) => target)
  const [built, foreign] = [
    await buildImages(targets),
    await buildImages(isLong ? targets : ['init'], {
      everywhere: true,
      ...(noEmulator ? { flags: ['--no-code-cache'] } : {}),
    }),
  ]
  t.teardown(() => Promise.all([built.remove(), foreign.remove()]))

  for (const { target, layer, programs: wanted } of images) {
    for (const platform of platforms) {
      if (!isLong && platform !== platformHere && target !== 'init') continue
      const { nameOf } = platform === platformHere ? built : foreign
      t.test(`${target} for ${platform.name}`, async (t) => {
        const image = `${nameOf(target)}-${platform.arch}`
        const found = inspect(image)
        t.strictSame([found.Os, found.Architecture], ['linux', platform.arch])
        t.match(found.Config.User, /^[1-9]\d*:[1-9]\d*$/, 'a user by number, who is not root')
        const program = programs.find(({ name }) => name === target)
        const flags = program !== undefined && 'nodeFlags' in program ? program.nodeFlags.split(' ') : []
        const entrypoint = ['/usr/local/bin/node', ...flags, `/usr/local/bin/${target}`]
        t.strictSame(found.Config.Entrypoint, entrypoint)
        const env = program !== undefined && 'nodeEnv' in program ? [program.nodeEnv] : []
        t.strictSame(
          found.Config.Env.filter((one) => one.startsWith('MALLOC_')),
          env,
        )
        const label = (name: string) => found.Config.Labels[`org.opencontainers.image.${name}`]
        t.equal(label('title'), `kees-${target}`)
        t.equal(label('version'), manifest.version)
        t.match(label('revision'), /^[0-9a-f]{40}(-dirty)?$|^unknown$/)
        t.equal(Date.parse(label('created') ?? ''), Date.parse(found.Created))
        for (const name of ['description', 'source', 'documentation', 'licenses']) t.ok(label(name), name)

        const twin = images.find((one) => one.layer === layer)?.target ?? target
        if (twin !== target) {
          const { RootFS } = inspect(`${nameOf(twin)}-${platform.arch}`)
          t.strictSame(found.RootFS, RootFS, `the files of ${twin}`)
          return
        }
        const folder = unpack(image)
        const files = filesIn(folder)
        t.strictSame(
          files.filter((file) => shells.test(file)),
          [],
          'no shell, no interpreter but Node',
        )
        const own = files.filter((file) => file.startsWith('usr/local/')).toSorted()
        const hasCache = platform === platformHere || noEmulator === false
        const cached = wanted
          .filter(isCached)
          .flatMap((name) => [`lib/kees/${name}`, ...(hasCache ? [`lib/kees/${name}.cache`] : [])])
        const expected = [...['node', ...wanted].map((name) => `bin/${name}`), ...cached]
        t.strictSame(own, expected.map((path) => `usr/local/${path}`).toSorted())
        for (const file of own) {
          const { mode, uid } = statSync(join(folder, file))
          const wantedMode = file.startsWith('usr/local/bin/') ? 0o755 : 0o644
          t.strictSame([mode & 0o7777, uid], [wantedMode, process.getuid?.() === 0 ? 0 : uid], file)
        }
        for (const name of wanted) {
          const path = isCached(name) ? 'usr/local/lib/kees' : 'usr/local/bin'
          t.equal(
            readFileSync(join(folder, path, name), 'utf8'),
            readFileSync(join(root, 'dist', name), 'utf8'),
            name,
          )
        }
        const node = join(await platformNode(root, platform), 'bin', 'node')
        t.ok(readFileSync(join(folder, 'usr/local/bin/node')).equals(readFileSync(node)), 'the pinned Node')
        t.match(readFileSync(join(folder, 'etc/passwd'), 'utf8'), /^nobody:[^:]*:65534:/m)

        if (platform !== platformHere) {
          t.test('runs, emulated', { skip: noEmulator }, async (t) => {
            const start = join(folder, 'usr/local/bin', target)
            const inQemu = ['-u', 'NODE_OPTIONS', emulator, '-L', folder, join(folder, 'usr/local/bin/node')]
            const emulated = (...args: readonly string[]) => run('env', [...inQemu, ...args], { cwd: '/' })
            const ended = emulated(start, '--version')
            t.strictSame([ended.status, ended.stderr], [0, ''])
            t.match(ended.stdout, manifest.version)
            if (isCached(target))
              t.equal(
                emulated(...flags, '-e', reportCache(start)).stdout,
                `rejected false\n${versionOf(target)}\n`,
              )
          })
        }
      })
    }

    t.test(
      `${target} runs under the restricted profile, as a user that the image does not have`,
      async (t) => {
        const args = ['run', '--rm', ...locked, '--user=12345:12345', built.nameOf(target), '--version']
        const ended = engine(args)
        t.strictSame([ended.status, ended.stderr], [0, ''])
        t.match(ended.stdout, manifest.version)
      },
    )
    if (isCached(target))
      t.test(`as any user, ${target} runs what V8 compiled when the image was built`, async (t) => {
        const [entrypoint = '', ...args] = inspect(built.nameOf(target)).Config.Entrypoint
        const options = ['run', '--rm', ...locked, '--user=12345:12345', `--entrypoint=${entrypoint}`]
        const report = reportCache(`/usr/local/bin/${target}`)
        const ended = engine([...options, built.nameOf(target), ...args.slice(0, -1), '-e', report])
        const stdout = `rejected false\n${versionOf(target)}\n`
        t.strictSame(ended, { status: 0, stderr: '', stdout })
      })
  }
})
