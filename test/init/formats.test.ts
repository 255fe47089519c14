/**
 * The readers for which init writes its formats: programs that read lines, shells that source a file, and the JSON and YAML
 * libraries of several languages. test/init/java-properties.test.ts does the same with Java.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { parse as parseDotenv } from 'dotenv'
import { load } from 'js-yaml'
import t, { type Test } from 'tap'
import { anyText } from '../../api/arbitrary-text.ts'
import { parse } from 'yaml'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import type { SecretsFormat } from '../../api/secrets-format.ts'
import { isShellsOwn, variableName } from '../../api/variable-name.ts'
import { openFileParameterStore } from '../../runtime/store/file-parameter-store.ts'
import { isQuotedInDotenv } from '../../runtime/init/formats/dotenv.ts'
import { formatValues, refusedBy } from '../../runtime/init/files/format-values.ts'
import { secretValue } from '../../runtime/secret-value.ts'
import { motoMissing } from '../servers/moto.ts'
import { cachedMotoPython } from '../../scripts/tools/tool-cache.ts'
import { run } from '../programs/programs.ts'
import { command } from '../programs/tools.ts'
import { dockerReads, systemdReads } from './dotenv-rules.ts'

const awkward = fc.constantFrom(
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\r',
  '\0',
  '\u0001',
  '\u007f',
  '\u0081',
  '\u0085',
  '\u0088',
  '\u00e9',
  '\u2028',
  '\ufeff',
  '\u4f60',
  '\u{1f511}',
  '\ud800',
  "'",
  '"',
  '`',
  '$',
  '$(id)',
  '${HOME}',
  '\\',
  '\\\\',
  '\\n',
  '!',
  '!!',
  '~',
  '#',
  '&',
  ';',
  '|',
  '*',
  '{a,b}',
  'yes',
  '0644',
  'null',
  '%',
  '- ',
  ': ',
  '---',
  '...',
  '=',
  'export A=b',
  "'\\''",
  'EOF',
  'a',
  'x'.repeat(5000),
)
const anyValue = fc.oneof(
  fc.array(awkward, { maxLength: 12 }).map((parts) => parts.join('')),
  anyText({ maxLength: 40 }),
  fc.string({ maxLength: 40 }),
  fc.base64String(),
)
const anyKey = fc
  .stringMatching(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,20}[A-Za-z0-9])?$/)
  .filter((key) => !isShellsOwn(variableName(key)))
/** Names that YAML 1.1 and JavaScript would like to take for something else. */
const trap = fc.constantFrom('yes', 'No', 'on', 'null', '10', '9', '0644', '1e3', '2026-01-31', 'constructor')

/** Values that a format can hold, by names that stay apart as variables too. */
function sample(format: SecretsFormat, count: number): [key: string, value: string][] {
  const value = anyValue.filter((text) => refusedBy(format, secretValue(text)) === undefined)
  const entries = fc.uniqueArray(fc.tuple(fc.oneof(trap, anyKey), value), {
    minLength: count,
    maxLength: count,
    selector: ([key]) => variableName(key),
  })
  return fc.sample(entries, 1)[0] ?? []
}

function written(t: Test, format: SecretsFormat, entries: readonly (readonly [string, string])[]): string {
  const content = formatValues(
    format,
    entries.map(([key, value]) => [key, secretValue(value)] as const),
  )
  const file = join(t.testdir(), 'secret')
  writeFileSync(file, typeof content === 'string' ? content : '')
  return file
}

/** Sorted, as what is compared. */
function sorted(entries: Iterable<readonly [string, unknown]>) {
  return [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** What a shell that sources a file sees of each variable. */
function sourced(
  shell: readonly [string, ...string[]],
  file: string,
  names: readonly string[],
  locale: string,
) {
  const tell = names.map((name) => `printf '%s\\0' "$${name}"`).join('\n')
  const [program, ...args] = shell
  const { stdout, stderr, status } = spawnSync(program, args, {
    input: `. ${file}\n${tell}\n`,
    env: { PATH: process.env['PATH'], LC_ALL: locale },
    maxBuffer: 2 ** 26,
  })
  return { status, stderr: stderr.toString(), values: stdout.toString().split('\0').slice(0, -1) }
}

const shells = [['sh'], ['dash'], ['bash'], ['bash', '--posix']] as const
for (const shell of shells) {
  const { path = shell[0], missing } = command(shell[0])
  const [, ...args] = shell
  t.test(
    `${shell.join(' ')} that sources a file of the format shell gets exactly the values`,
    { skip: missing ?? false },
    async (t) => {
      const entries = sample('shell', 1500)
      const file = written(t, 'shell', entries)
      for (const locale of ['C', 'C.UTF-8']) {
        const names = entries.map(([key]) => variableName(key))
        const { status, stderr, values } = sourced([path, ...args], file, names, locale)
        t.strictSame([status, stderr], [0, ''], locale)
        t.strictSame(
          values,
          entries.map(([, value]) => value),
          `${entries.length} values in the locale ${locale}`,
        )
      }
    },
  )

  t.test(
    `the variables that ${shell.join(' ')} does not keep as they are given are refused as names`,
    { skip: missing ?? false },
    async (t) => {
      const known = run('bash', ['-c', 'compgen -v'])
        .stdout.split('\n')
        .filter((name) => /^[A-Z0-9_]+$/.test(name))
      const more = [
        'PATH',
        'IFS',
        'ENV',
        'RANDOM',
        'SECONDS',
        'LINENO',
        'OPTIND',
        'HOME',
        'USER',
        'HOST',
        'TERM',
        'LANG',
        'MAIL',
        'PS4',
      ]
      let kept = 0
      for (const name of new Set([...known, ...more, 'DB_PASSWORD'])) {
        if (name === '_' || isShellsOwn(name)) continue
        const file = join(t.testdir(), 'secret')
        writeFileSync(file, `${name}='x y'\n`)
        t.strictSame(
          sourced([path, ...args], file, [name], 'C'),
          { status: 0, stderr: '', values: ['x y'] },
          name,
        )
        kept++
      }
      t.ok(kept > 5, `${kept} are kept`)
    },
  )
}

const python = motoMissing === false ? cachedMotoPython() : undefined

/** Of a program that prints its variables as JSON, and has no others: what is set already, Node does not take from a file. */
function variables(program: string, args: readonly string[]): Readonly<Record<string, string>> {
  const { status, stdout, stderr } = spawnSync(program, args, { env: {}, maxBuffer: 2 ** 26 })
  if (status !== 0) throw new Error(stderr.toString())
  const read: Readonly<Record<string, string>> = JSON.parse(stdout.toString())
  return read
}

const printVariables = 'process.stdout.write(JSON.stringify(process.env))'

t.test(
  'a dotenv file has the same values for all programs that read lines',
  { skip: motoMissing },
  async (t) => {
    // Few of any values have a single quote.
    const withQuote = Array.from(
      { length: 20 },
      (_, index) => [`withQuote${index}`, `it's ${index}`] as const,
    )
    const entries = [...sample('dotenv', 1500), ...withQuote]
    const file = written(t, 'dotenv', entries)
    const expected = entries.map(([key, value]) => [variableName(key), value] as const)
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    t.equal(lines.length, entries.length, 'one line for each')
    t.ok(lines.filter((line) => /='/.test(line)).length > 100, 'many are in single quotes')
    t.ok(lines.filter((line) => /="/.test(line)).length > 10, 'some are in double quotes')

    const script = 'import dotenv,json,sys; print(json.dumps(dotenv.dotenv_values(sys.argv[1])))'
    const readers = {
      'node --env-file': variables(process.execPath, [`--env-file=${file}`, '-e', printVariables]),
      'python-dotenv': variables(python ?? '', ['-c', script, file]),
      dotenv: parseDotenv(readFileSync(file)),
      'the rules of systemd': Object.fromEntries(lines.map(systemdReads).filter((one) => one !== undefined)),
    }
    for (const [reader, read] of Object.entries(readers)) {
      const wrong = expected.filter(([name, value]) => read[name] !== value)
      t.strictSame(wrong.slice(0, 5), [], `${reader}: ${expected.length} values`)
    }
    const docker = Object.fromEntries(lines.map(dockerReads).filter((one) => one !== undefined))
    const plain = expected.filter(([, value]) => !isQuotedInDotenv(secretValue(value)))
    t.ok(plain.length > 100, `${plain.length} values are not in quotes`)
    t.strictSame(
      plain.filter(([name, value]) => docker[name] !== value),
      [],
      'the rules of docker run --env-file, for values without quotes',
    )
  },
)

t.test('no stored value sets another variable of a dotenv file', async (t) => {
  for (const value of [
    "x'\nDB_HOST=evil.example\nY='",
    'x\nDB_HOST=evil.example',
    'x\rDB_HOST=evil.example',
    'x\u2028DB_HOST=y',
  ])
    t.match(refusedBy('dotenv', secretValue(value)), /contains a line end/, encodeURIComponent(value))
  for (const value of [`'"`, `'\\`, `'$HOME`, 'a\\\\b', '${HOME}', "'`", 'a\\'])
    t.match(refusedBy('dotenv', secretValue(value)), /contains quotes, backslashes/, value)
})

t.test('JSON is read back by JavaScript and by Python', { skip: motoMissing }, async (t) => {
  const entries = sample('json', 1500)
  const file = written(t, 'json', entries)
  t.strictSame(sorted(Object.entries(JSON.parse(readFileSync(file, 'utf8')))), sorted(entries), 'JSON.parse')
  const script = 'import json,sys; print(json.dumps(list(json.load(open(sys.argv[1])).items())))'
  t.strictSame(sorted(JSON.parse(run(python ?? '', ['-c', script, file]).stdout)), sorted(entries), 'Python')
})

t.test(
  'YAML is read back by js-yaml, by yaml as 1.2 and as 1.1, and by PyYAML',
  { skip: motoMissing },
  async (t) => {
    const entries = sample('yaml', 1500)
    const file = written(t, 'yaml', entries)
    const text = readFileSync(file, 'utf8')
    t.strictSame(sorted(Object.entries(Object(load(text)))), sorted(entries), 'js-yaml')
    t.strictSame(sorted(Object.entries(parse(text))), sorted(entries), 'yaml, 1.2')
    t.strictSame(sorted(Object.entries(parse(text, { version: '1.1' }))), sorted(entries), 'yaml, 1.1')
    const script = 'import json,sys,yaml; print(json.dumps(list(yaml.safe_load(open(sys.argv[1])).items())))'
    t.strictSame(
      sorted(JSON.parse(run(python ?? '', ['-c', script, file]).stdout)),
      sorted(entries),
      'PyYAML',
    )
  },
)

/** A pod with these secrets, and init with its volumes in a folder of the test's own. */
async function makePod(t: Test, secrets: Readonly<Record<string, string>>) {
  const annotations = Object.keys(secrets).map(
    (name) => [`secret.bsycorp.com/${name}`, `kind=REFERENCE,type=PASSWORD`] as const,
  )
  const folder = t.testdir({ secret: {}, annotations: formatAnnotationsFile(annotations) })
  mkdirSync(join(folder, 'store'), { mode: 0o700 })
  const store = openFileParameterStore(join(folder, 'store'))
  for (const [name, value] of Object.entries(secrets)) await store.replace(`/${name}`, secretValue(value))
  const env = {
    ANNOTATIONS_FILE: join(folder, 'annotations'),
    SECRETS_FILE: join(folder, 'secret/secret'),
    RESOURCES_FILE: join(folder, 'secret/resource'),
    KEES_STORE: `file:${join(folder, 'store')}`,
  }
  const init = (format: string) => run('init', [], { env: { ...env, FORMAT: format } })
  return { init, secret: join(folder, 'secret/secret') }
}

const secrets = { 'db.password': "pass'word $HOME\n", key: 'a+b/c==', empty: '', long: 'x\r\n'.repeat(2000) }

t.test('init writes each format, files with the bytes as stored', async (t) => {
  const { init, secret } = await makePod(t, secrets)
  for (const format of ['json', 'yaml', 'shell', 'properties'] as const) {
    t.equal(init(format).status, 0)
    const expected = formatValues(
      format,
      Object.entries(secrets).map(([key, value]) => [key, secretValue(value)] as const),
    )
    t.equal(readFileSync(secret, 'utf8'), expected, format)
  }
  t.equal(init('files').status, 0)
  t.strictSame(readdirSync(secret).toSorted(), Object.keys(secrets).toSorted())
  for (const [name, value] of Object.entries(secrets))
    t.equal(readFileSync(join(secret, name), 'utf8'), value, name)
})

t.test(
  'a value that a format cannot represent is exit code 1 and is not shown; the old files are kept',
  async (t) => {
    const { init, secret } = await makePod(t, { ...secrets, nul: 'fake\0password' })
    t.equal(init('json').status, 0)
    const before = readFileSync(secret, 'utf8')
    const refused = init('shell')
    t.equal(refused.status, 1)
    t.match(
      refused.stderr,
      /secret\.bsycorp\.com\/nul: the value of parameter \/nul contains a NUL character, which the format shell cannot represent/,
    )
    t.notMatch(refused.stdout + refused.stderr, /password|fake/)
    t.equal(readFileSync(secret, 'utf8'), before)
  },
)

t.test('names that become the same variable are exit code 1, only in dotenv and shell', async (t) => {
  const { init } = await makePod(t, { 'a.b': '1', 'a-b': '2' })
  t.equal(init('yaml').status, 0)
  const refused = init('dotenv')
  t.equal(refused.status, 1)
  t.match(refused.stderr, /the name becomes A_B, like that of secret\.bsycorp\.com\/a-b/)
})
