/**
 * GPG keys from `kees create` to the app: what init delivers is what GnuPG and another implementation of OpenPGP (sequoia's sqop) import, and use
 * to sign, verify, encrypt and decrypt.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { matchPair } from '../../runtime/groups/match-pair.ts'
import { secretValue } from '../../runtime/secret-value.ts'
import { run } from '../programs/programs.ts'
import { command } from '../programs/tools.ts'

t.setTimeout(300_000)

const sizes = [2048, 3072, 4096] as const
/** The longest that is allowed, so that the largest key is measured. */
const userId = `Ä, ${'n'.repeat(256 - 21)} <a@example.com>`
const partsOf = (size: number) => ({ private: `k${size}_private`, public: `k${size}_public` })

const declare = (attributes = '') =>
  Object.fromEntries(
    sizes.flatMap((size) =>
      Object.values(partsOf(size)).map((name) => [
        `secret.bsycorp.com/${name}`,
        `kind=DYNAMIC,type=GPG,size=${size},userId="${userId}"${attributes.replace('NAME', name)}`,
      ]),
    ),
  )

// A short path: the socket of gpg-agent is in it.
const folder = mkdtempSync(join(tmpdir(), 'kees-gpg-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
const path = (name: string) => join(folder, name)
mkdirSync(path('store'), { mode: 0o700 })
const store = `file:${path('store')}`
const stored = (name: string) => readFileSync(path(`store/%2F${name}`), 'utf8')
/** As init delivers it with as=armor. */
const armored = (size: number, part: 'private' | 'public') => path(`secret/${partsOf(size)[part]}.asc`)

const pod = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'app', annotations: declare() },
  spec: { containers: [{ name: 'app', image: 'app' }] },
})
const create = () => run('kees', ['create', '-f', '-', '--store', store], { input: pod })

function init(annotations: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  writeFileSync(path('annotations'), formatAnnotationsFile(Object.entries(annotations)))
  rmSync(path('secret'), { recursive: true, force: true })
  mkdirSync(path('secret'))
  const files = { SECRETS_FILE: path('secret/secret'), RESOURCES_FILE: path('secret/resource') }
  const settings = {
    ANNOTATIONS_FILE: path('annotations'),
    KEES_STORE: store,
    CONTRACT: '2',
    WAIT_TIMEOUT: '0s',
  }
  return run('init', [], { env: { ...settings, ...files, ...env } })
}

await t.test('kees create stores both parts, which fit into a standard parameter', async (t) => {
  const { status, stdout, stderr } = create()
  t.equal(status, 0, stderr)
  t.match(stdout, /^\/k4096_public +GPG +4096 +created$/m)
  for (const size of sizes) {
    const parts = partsOf(size)
    const [privatePart, publicPart] = [stored(parts.private), stored(parts.public)]
    t.equal(matchPair('GPG', secretValue(privatePart), secretValue(publicPart)), 'match')
    t.ok(
      privatePart.length < 4096 && publicPart.length < 4096,
      `${size} bits: ${privatePart.length} characters`,
    )
  }
  t.match(create().stdout, /^\/k2048_private +GPG +2048 +exists$/m, 'and not a second time')
})

await t.test('init delivers them as lines, in every format', async (t) => {
  const name = partsOf(2048).private
  const value = stored(name)
  const read: Readonly<Record<string, (file: string) => string | undefined>> = {
    properties: (file) =>
      file
        .split('\n')
        .find((line) => line.startsWith(`${name}=`))
        ?.slice(name.length + 1),
    dotenv: (file) => /^K2048_PRIVATE=(.*)$/m.exec(file)?.[1],
    shell: (file) => /^K2048_PRIVATE='?(.*?)'?$/m.exec(file)?.[1],
    json: (file) => String(Reflect.get(Object(JSON.parse(file)), name)),
    yaml: (file) => new RegExp(`^"?${name}"?: "?(.*?)"?$`, 'm').exec(file)?.[1],
  }
  for (const [format, find] of Object.entries(read)) {
    const { status, stderr } = init(declare(), { FORMAT: format })
    t.equal(status, 0, stderr)
    const text = find(readFileSync(path('secret/secret'), 'utf8'))
    t.equal(text?.replaceAll('\\=', '='), value, format)
  }
  t.equal(init(declare(), { FORMAT: 'files' }).status, 0)
  t.equal(readFileSync(path(`secret/secret/${name}`), 'utf8'), value, 'files')
})

await t.test('parts of two pairs are not delivered', async (t) => {
  const file = path(`store/%2F${partsOf(2048).public}`)
  const right = readFileSync(file)
  writeFileSync(file, stored(partsOf(3072).public))
  const { status, stderr } = init(declare())
  t.equal(status, 1)
  t.match(stderr, /the stored parts of the key pair \/k2048_private and \/k2048_public do not match/)
  t.match(create().stdout, /^\/k2048_private +GPG +2048 +mismatched/m)
  writeFileSync(file, right)
})

await t.test('init delivers them in ASCII armor', async (t) => {
  const { status, stderr } = init(declare(',as=armor,file=NAME.asc'))
  t.equal(status, 0, stderr)
  for (const size of sizes)
    t.match(readFileSync(armored(size, 'public'), 'utf8'), /^-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n/)
})

await t.test('the other commands know them: status, export, fetch, put', async (t) => {
  const manifest = path('pod.yaml')
  const { private: privateName } = partsOf(2048)
  const write = (name: string, attributes: string) => {
    const annotations = { [`secret.bsycorp.com/${name}`]: `${attributes},type=GPG,as=armor,file=k.asc` }
    writeFileSync(manifest, JSON.stringify({ ...JSON.parse(pod), metadata: { name: 'app', annotations } }))
  }
  write(privateName, `kind=DYNAMIC,size=2048,userId="${userId}"`)
  const kees = (...args: readonly string[]) => run('kees', [...args, '-f', manifest])

  const status = kees('status', '--store', store)
  t.equal(status.status, 0, status.stderr)
  const matrix = kees('export', '--format', 'markdown', '--allow-uninjected')
  t.equal(matrix.status, 0, matrix.stderr)
  t.match(status.stdout, /\/k2048_private +exists/)
  t.match(matrix.stdout, '/k2048_private')
  const places = ['--out', path('fetched/secret'), '--store', store]
  mkdirSync(path('fetched'))
  const fetched = kees('fetch', '--workload', 'Pod/app', ...places)
  t.equal(fetched.status, 0, fetched.stderr)
  t.equal(readFileSync(path('fetched/k.asc'), 'utf8'), readFileSync(armored(2048, 'private'), 'utf8'))

  write('other', 'kind=REFERENCE')
  const put = (input: string) => run('kees', ['put', '/other', '-f', manifest, '--store', store], { input })
  const refused = put(readFileSync(armored(2048, 'private'), 'utf8'))
  t.equal(refused.status, 1, 'armor is not what is stored')
  t.match(refused.stderr, /is not a GPG key as kees stores it/)
  const own = put(stored(privateName))
  t.equal(own.status, 0, own.stderr)
})

const message = 'a message\n'
writeFileSync(path('message'), message)

/** GnuPG with a folder of its own; the last lines of its output are its status, for programs. */
function gnupg(name: string) {
  const home = path(name)
  mkdirSync(home, { mode: 0o700 })
  t.teardown(() => run('gpgconf', ['--homedir', home, '--kill', 'all']))
  return (args: readonly string[], input?: string) =>
    run(
      'gpg',
      ['--homedir', home, '--batch', '--yes', '--trust-model', 'always', '--status-fd', '2', ...args],
      input === undefined ? {} : { input },
    )
}

const gpgMissing = command('gpg').missing ?? command('gpg-agent').missing ?? false

await t.test('GnuPG imports both parts without a warning, and uses them', { skip: gpgMissing }, async (t) => {
  const [owner, other] = [gnupg('a'), gnupg('b')]
  for (const size of sizes) {
    for (const [gpg, part] of [
      [owner, 'private'],
      [other, 'public'],
    ] as const) {
      const { status, stderr } = gpg(['--import', armored(size, part)])
      t.equal(status, 0, stderr)
      t.match(stderr, part === 'private' ? /^\[GNUPG:\] IMPORT_OK 17 /m : /^\[GNUPG:\] IMPORT_OK 1 /m)
      t.notMatch(
        stderr,
        /warning|error|invalid|unusable|skipped|\bbad\b/i,
        `${size} bits, ${part}: no warning`,
      )
    }
    const [, keyId = ''] =
      /^pub:[^:]*:(?:\d+):1:([0-9A-F]{16}):/m.exec(
        other(['--show-keys', '--with-colons', armored(size, 'public')]).stdout,
      ) ?? []
    t.match(owner(['--list-secret-keys', '--with-colons', keyId]).stdout, /^uid:.*:Ä, n+ <a@example\.com>:/m)

    const signed = owner(['-u', keyId, '--clearsign', path('message')])
    t.equal(signed.status, 0, signed.stderr)
    const clearsigned = readFileSync(path('message.asc'), 'utf8')
    const verified = other(['--verify'], clearsigned)
    t.match(verified.stderr, /^\[GNUPG:\] GOODSIG /m)
    t.match(other(['--verify'], clearsigned.replace('a message', 'another')).stderr, /^\[GNUPG:\] BADSIG /m)

    const encrypted = other(['-r', keyId, '--armor', '--encrypt'], message)
    t.equal(encrypted.status, 0, encrypted.stderr)
    t.notMatch(encrypted.stderr, /warning/i)
    const decrypted = owner(['--decrypt'], encrypted.stdout)
    t.equal(decrypted.stdout, message, decrypted.stderr)
    t.match(decrypted.stderr, /^\[GNUPG:\] DECRYPTION_OKAY/m)
    t.notMatch(decrypted.stderr, /warning/i, `${size} bits: used without a warning`)
  }

  await t.test('what GnuPG exports is the same pair', async (t) => {
    const exported = path('exported')
    const loopback = ['--pinentry-mode', 'loopback', '--passphrase', '']
    t.equal(owner([...loopback, '--output', exported, '--export-secret-keys']).status, 0)
    const own = secretValue(readFileSync(exported).toString('base64'))
    t.equal(matchPair('GPG', own, secretValue(stored(partsOf(2048).public))), 'match')
  })
})

await t.test(
  'sequoia reads both parts, and uses them',
  { skip: command('sqop').missing ?? false },
  async (t) => {
    for (const size of sizes) {
      const [privateFile, publicFile] = [armored(size, 'private'), armored(size, 'public')]
      const signature = run('sqop', ['sign', privateFile], { input: message })
      t.equal(signature.status, 0, signature.stderr)
      writeFileSync(path('signature'), signature.stdout)
      const verify = (text: string) => run('sqop', ['verify', path('signature'), publicFile], { input: text })
      t.equal(verify(message).status, 0)
      t.not(verify('another').status, 0)
      const encrypted = run('sqop', ['encrypt', publicFile], { input: message })
      t.equal(encrypted.status, 0, encrypted.stderr)
      const decrypted = run('sqop', ['decrypt', privateFile], { input: encrypted.stdout })
      t.equal(decrypted.stdout, message, decrypted.stderr)
    }
  },
)
