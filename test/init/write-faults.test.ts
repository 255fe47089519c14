/**
 * The guarantees of init for its files, if it is stopped at any time: a folder has the old set or the new one, never a mixture,
 * and the next run is as if nothing had been. strace kills init, or makes the system refuse, at one system call after
 * the other: at every one where this runs in full, else at the first or the last of a kind. The writes themselves, whose
 * numbers vary with how Node's threads wake each other, fail on a full disk.
 */
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { type SecretsFormat, secretsFormats } from '../../api/secrets-format.ts'
import { isLong } from '../programs/long.ts'
import { run } from '../programs/programs.ts'
import { command } from '../programs/tools.ts'

type Values = Readonly<Record<string, string>>

/** Of names that are no lines of the common file. */
const deliveries: Values = { 'server.key': ',file=tls/server.key,mode=0400', variable: ',env=VARIABLE' }

/** A pod with an embedded store, whose folders `secret` and `env` init writes. */
function makePod(t: Test, names: readonly string[], format: SecretsFormat) {
  // Not below the clone: another user could perhaps not get there.
  const base = mkdtempSync(join(tmpdir(), 'kees-'))
  t.teardown(() => rmSync(base, { recursive: true, force: true }))
  const path = (name: string) => join(base, name)
  chmodSync(base, 0o755)
  mkdirSync(path('secret'))
  mkdirSync(path('env'))
  mkdirSync(path('store'), { mode: 0o700 })
  const annotations = names.map((name) => [
    `${name === 'host' ? 'resource' : 'secret'}.bsycorp.com/${name}`,
    name === 'host' ? '' : `kind=REFERENCE,type=PASSWORD${deliveries[name] ?? ''}`,
  ])
  writeFileSync(
    path('annotations'),
    formatAnnotationsFile(annotations.map(([key = '', value = '']) => [key, value])),
  )
  const env = {
    ANNOTATIONS_FILE: path('annotations'),
    SECRETS_FILE: path('secret/secret'),
    RESOURCES_FILE: path('secret/resource'),
    ENV_FILE: path('env/env'),
    KEES_STORE: `file:${path('store')}`,
    FORMAT: format,
    // One thread reads the store, so that its calls have numbers.
    UV_THREADPOOL_SIZE: '1',
    // How many files of the cache Node opens differs from run to run.
    NODE_DISABLE_COMPILE_CACHE: '1',
  }
  const store = (value: string) => {
    for (const name of names)
      writeFileSync(join(path('store'), `%2F${name}`), `${value}-${name}`, { mode: 0o600 })
  }
  const init = (more: Values = {}) => run('init', [], { env: { ...env, ...more } })
  const strace = (...args: readonly string[]) =>
    run('strace', ['-f', '-qq', '-o', path('trace'), ...args, 'init'], { env })
  const trace = () => readFileSync(path('trace'), 'utf8')
  /** What a reader finds at each path. */
  const read = () =>
    Object.fromEntries(['secret', 'resource', 'tls'].flatMap((file) => filesAt(path('secret'), file)))
  /** The file of the variables, in its own folder. */
  const readEnv = () => filesAt(path('env'), 'env')[0]?.[1]
  return { readEnv, path, store, init, strace, trace, read }
}

type Pod = ReturnType<typeof makePod>

function filesAt(folder: string, name: string): [string, string][] {
  const path = join(folder, name)
  try {
    return [[name, readFileSync(path, 'utf8')]]
  } catch {
    try {
      return readdirSync(path).map((file) => [`${name}/${file}`, readFileSync(join(path, file), 'utf8')])
    } catch {
      return []
    }
  }
}

/** The calls of the thread that writes, from the first that names the folder on: each with its number among its kind. */
function writingCalls(pod: Pod, syscalls: readonly string[]): { name: string; when: number }[] {
  const traced = pod.strace('-e', `trace=${syscalls.join(',')}`)
  if (traced.status !== 0) throw new Error(traced.stderr)
  const lines = pod
    .trace()
    .split('\n')
    .filter((line) => !line.includes('resumed>'))
  const writer = lines.findLast((line) => line.includes(`${pod.path('secret')}/`))?.split(' ')[0]
  const own = lines.filter((line) => line.startsWith(`${writer} `))
  const others = lines.filter((line) => !line.startsWith(`${writer} `))
  const first = own.findIndex((line) => line.includes(`"${pod.path('secret')}`))
  const nameIn = (line: string) => /^[0-9]+ +([a-z0-9_]+)\(/.exec(line)?.[1] ?? ''
  const counts = new Map<string, number>()
  return own.flatMap((line, index) => {
    const name = nameIn(line)
    const when = (counts.get(name) ?? 0) + 1
    counts.set(name, when)
    if (index < first) return []
    // The numbers count each thread's calls: another thread that makes as many would be meant too.
    const alike = others.filter((other) => nameIn(other) === name).map((other) => other.split(' ')[0])
    const elsewhere = Math.max(0, ...alike.map((one) => alike.filter((other) => other === one).length))
    if (when <= elsewhere)
      throw new Error(`call ${when} of ${name} is not the writer's alone: ${elsewhere} elsewhere`)
    return [{ name, when }]
  })
}

/** Of each kind one, unless this runs in full. */
function chosen(calls: readonly { name: string; when: number }[], at: 'first' | 'last') {
  if (isLong) return calls
  return [...Map.groupBy(calls, ({ name }) => name).values()].flatMap((alike) =>
    at === 'first' ? alike.slice(0, 1) : alike.slice(-1),
  )
}

/** One that is a single file, and the one that is a folder, unless this runs in full. */
const formats = isLong ? secretsFormats : (['properties', 'files'] as const)

const noStrace = command('strace').missing ?? false
const changing = ['mkdir', 'chmod', 'fchmod', 'fsync', 'symlink', 'rename', 'unlink', 'rmdir']

function restore(pod: Pod, first: 'old' | 'nothing') {
  for (const folder of ['secret', 'env']) {
    rmSync(pod.path(folder), { recursive: true })
    mkdirSync(pod.path(folder))
  }
  pod.store('old')
  if (first === 'old') pod.init()
  pod.store('new')
}

for (const first of ['old', 'nothing'] as const) {
  t.test(`killed before any call that changes something: ${first} or new`, { skip: noStrace }, async (t) => {
    const pod = makePod(t, ['db.password', 'server.key', 'variable', 'host'], 'files')
    pod.store('new')
    pod.init()
    const [fresh, freshEnv] = [pod.read(), pod.readEnv()]
    restore(pod, first)
    const [before, beforeEnv] = [pod.read(), pod.readEnv()]
    const calls = writingCalls(pod, changing)
    const seen = new Set<string>()
    const swaps = new Set<string>()
    for (const { name, when } of chosen(calls, first === 'old' ? 'first' : 'last')) {
      restore(pod, first)
      const killed = pod.strace('-e', `trace=${name}`, '-e', `inject=${name}:signal=SIGKILL:when=${when}`)
      t.equal(killed.status, null, `killed before ${name} ${when}`)
      const found = pod.read()
      const isNew = JSON.stringify(found) === JSON.stringify(fresh)
      t.strictSame(found, isNew ? fresh : before)
      // The folder of the variables is swapped first, so that it is never older.
      const env = pod.readEnv()
      t.equal(env, isNew || env === freshEnv ? freshEnv : beforeEnv)
      swaps.add(`${env === freshEnv ? 'new' : 'old'} variables, ${isNew ? 'new' : 'old'} files`)
      seen.add(Object.keys(found).length === 0 ? 'nothing' : (found['resource/host']?.slice(0, 3) ?? ''))
      t.equal(pod.init().status, 0)
      t.strictSame([pod.read(), pod.readEnv()], [fresh, freshEnv], 'the next run writes the new set')
      t.equal(readdirSync(pod.path('secret')).length, 5, 'and leaves nothing else')
      t.equal(readdirSync(pod.path('env')).length, 3)
    }
    t.ok(calls.length >= 25, `${calls.length} calls`)
    if (isLong)
      t.strictSame([...swaps].toSorted(), [
        'new variables, new files',
        'new variables, old files',
        'old variables, old files',
      ])
    t.notOk(swaps.has('old variables, new files'))
    t.strictSame([...seen].toSorted(), ['new', first], 'both were seen')
  })
}

// How often these are called varies, because Node wakes its threads by writes: so any number, until none is left.
for (const [name, few] of [
  ['openat', 15],
  ['write', 5],
] as const) {
  t.test(`killed before any ${name} in any thread: old or new`, { skip: noStrace }, async (t) => {
    const pod = makePod(t, ['db.password', 'api.token'], 'files')
    pod.store('new')
    pod.init()
    const fresh = pod.read()
    restore(pod, 'old')
    const before = pod.read()
    const step = isLong ? 1 : few
    let when = 0
    for (let status: number | null = null; status === null && when < 300;) {
      when += step
      restore(pod, 'old')
      ;({ status } = pod.strace('-e', `trace=${name}`, '-e', `inject=${name}:signal=SIGKILL:when=${when}`))
      const found = pod.read()
      const expected = JSON.stringify(found) === JSON.stringify(fresh) ? fresh : before
      if (JSON.stringify(found) !== JSON.stringify(expected)) t.strictSame(found, expected, `${name} ${when}`)
    }
    t.ok(when > step && when < 300, `killed until call ${when - step} of the busiest thread`)
    t.strictSame(pod.read(), fresh, 'without an error, it writes the new files')
  })
}

/** strace 6.1 stops at no other call then, which takes half of the time, but sends no signal at a second call. */
const onlyTraced = '--seccomp-bpf'

t.test(
  'for any system call that fails: the old files and exit code 6, or the new files',
  { skip: noStrace },
  async (t) => {
    // So few that the writer has opened more files than the thread that reads them when it begins to write.
    const pod = makePod(t, ['host', 'db.password', 'api.token'], 'properties')
    pod.store('new')
    pod.init()
    const fresh = pod.read()
    restore(pod, 'old')
    const before = pod.read()
    const calls = writingCalls(pod, [...changing, 'openat', 'getdents64'])
    const exits = new Set<number | null>()
    for (const { name, when } of chosen(calls, 'last')) {
      const fault = `inject=${name}:error=ENOSPC:when=${when}`
      const failOnce = () => {
        restore(pod, 'old')
        return pod.strace(onlyTraced, '-e', `trace=${name}`, '-e', fault)
      }
      let refused = failOnce()
      // Now and then Node opens fewer files than in the run that was counted.
      for (let left = 4; left > 0 && !pod.trace().includes('INJECTED'); left--) refused = failOnce()
      t.ok(pod.trace().includes('INJECTED'), `${name} ${when} fails`)
      const found = pod.read()
      const isNew = JSON.stringify(found) === JSON.stringify(fresh)
      t.strictSame(found, isNew ? fresh : before)
      if (!isNew) t.equal(refused.status, 6, refused.stderr)
      else t.ok(refused.status === 0 || refused.status === 6)
      if (refused.status === 6) t.match(refused.stderr, 'no space is left (ENOSPC)')
      else t.match(refused.stderr, /some old files could not be removed.*no space is left/)
      t.notMatch(refused.stderr, /(old|new)-/, 'no value is shown')
      exits.add(refused.status)
      t.equal(pod.init().status, 0)
      t.strictSame(pod.read(), fresh, 'the next run writes the new set')
      t.equal(readdirSync(pod.path('secret')).length, 4, 'and leaves nothing else')
    }
    t.ok(calls.length >= 20, `${calls.length} calls`)
    t.strictSame(exits, new Set([6, 0]))
  },
)

const noMount = command('mount').missing ?? (process.getuid?.() === 0 ? false : 'needs a user who may mount')

/** A small disk of its own at the folder. */
function mountDisk(t: Test, pod: Pod, options: string): void {
  const { status, stderr } = run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', pod.path('secret')])
  t.equal(status, 0, stderr)
  t.teardown(() => run('umount', [pod.path('secret')]))
}

for (const format of formats) {
  t.test(
    `on a disk that is full: exit code 6, and what was there, in ${format}`,
    { skip: noMount },
    async (t) => {
      const pod = makePod(t, ['db.password', 'host'], format)
      mountDisk(t, pod, 'size=64k')
      pod.store('old'.repeat(20_000))
      t.match(pod.init(), { status: 6, stderr: /no space is left \(ENOSPC\)/ })
      t.strictSame(readdirSync(pod.path('secret')), [], 'nothing is left of the attempt')
      pod.store('old')
      t.equal(pod.init().status, 0)
      const before = pod.read()
      const entries = readdirSync(pod.path('secret'))
      pod.store('new'.repeat(20_000))
      const { status, stderr } = pod.init()
      t.equal(status, 6)
      t.match(stderr, /no space is left \(ENOSPC\)/)
      t.notMatch(stderr, 'newnew')
      t.strictSame(pod.read(), before)
      t.strictSame(readdirSync(pod.path('secret')), entries)
    },
  )
}

t.test('on a disk without free inodes: likewise', { skip: noMount }, async (t) => {
  const pod = makePod(t, ['db.password', 'host'], 'properties')
  // Of 8: the folder, the old version with its two files, three links.
  mountDisk(t, pod, 'size=1m,nr_inodes=8')
  pod.store('old')
  t.equal(pod.init().status, 0)
  const before = pod.read()
  pod.store('new')
  t.match(pod.init(), { status: 6, stderr: /no space is left \(ENOSPC\)/ })
  t.strictSame(pod.read(), before)
})

t.test('in a folder that is read-only: likewise', { skip: noMount }, async (t) => {
  const pod = makePod(t, ['db.password', 'host'], 'properties')
  mountDisk(t, pod, 'size=1m')
  pod.store('old')
  t.equal(pod.init().status, 0)
  const before = pod.read()
  pod.store('new')
  t.equal(run('mount', ['-o', 'remount,ro', pod.path('secret')]).status, 0)
  t.match(pod.init(), { status: 6, stderr: /the file system is read-only \(EROFS\)/ })
  t.strictSame(pod.read(), before)
})

const noUsers = process.getuid?.() === 0 ? false : 'needs a user who may become another'

t.test('with fsGroup, the app reads what only the group may read', { skip: noUsers }, async (t) => {
  const pod = makePod(t, ['db.password', 'host'], 'files')
  pod.store('old')
  // As the kubelet does for a volume of a pod with fsGroup: 1234.
  chownSync(pod.path('secret'), 0, 1234)
  chmodSync(pod.path('secret'), 0o2777)
  t.equal(pod.init({ FILE_MODE: '0440' }).status, 0)
  const files = Object.keys(pod.read()).map((file) => join(pod.path('secret'), file))
  const asGroup = (gid: number) => spawnSync('cat', files, { uid: 1000, gid, encoding: 'utf8' })
  t.equal(asGroup(1234).stdout.match(/old-/g)?.length, 2, asGroup(1234).stderr)
  t.match(asGroup(1000), { stdout: '', stderr: /Permission denied/ })
})

for (const format of formats) {
  t.test(
    `an app that runs as another user reads ${format}, if FILE_MODE lets it`,
    { skip: noUsers },
    async (t) => {
      const pod = makePod(t, ['db.password', 'host'], format)
      pod.store('old')
      const umask = process.umask(0o077)
      t.teardown(() => process.umask(umask))
      t.equal(pod.init().status, 0)
      const files = Object.keys(pod.read()).map((file) => join(pod.path('secret'), file))
      const asApp = () => spawnSync('cat', files, { uid: 1000, gid: 1000, encoding: 'utf8' })
      t.equal(asApp().stdout.match(/old-/g)?.length, 2, asApp().stderr)
      t.equal(pod.init({ FILE_MODE: '0440' }).status, 0)
      t.match(asApp(), { stdout: '', stderr: /Permission denied/ })
      const inGroup = spawnSync('cat', files, { uid: 1000, gid: 0, encoding: 'utf8' })
      t.equal(inGroup.stdout.match(/old-/g)?.length, 2)
    },
  )
}
