/**
 * Each recipe of docs/shapes.md: init delivers from the stored values what the page shows, and inject-init takes the annotations without a
 * warning. UPDATE=1 replaces what the page shows by the actual results.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { deliveredVariables } from '../../api/pod/delivered-variables.ts'
import { parsePodAnnotations } from '../../api/pod/pod-annotations.ts'
import { escapeText } from '../../runtime/values/escape.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { root, run } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'
import { java, shortJava } from '../programs/tools.ts'
import { parseRecipes, type Result, withResults } from './shape-recipes.ts'

const path = join(root, 'docs/shapes.md')
const page = readFileSync(path, 'utf8')
const recipes = parseRecipes(page)
const actual: (readonly Result[])[] = []

t.test('the page has its recipes', async (t) => {
  t.ok(recipes.length >= 15, `${recipes.length} recipes`)
  for (const { title, stored, results } of recipes) t.ok(stored.length > 0 && results.length > 0, title)
})

for (const { title, annotations, stored, results } of recipes) {
  t.test(title, async (t) => {
    const server = await startFakeSsm()
    t.teardown(() => server.stop())
    for (const { where, name, value } of stored) {
      if (where === 'Parameter Store') server.put(name, value)
      else server.secrets.put(name, value)
    }
    const folder = t.testdir({
      annotations: formatAnnotationsFile(Object.entries(annotations)),
      secret: {},
      env: {},
    })
    const env = {
      ANNOTATIONS_FILE: join(folder, 'annotations'),
      SECRETS_FILE: join(folder, 'secret/secret'),
      RESOURCES_FILE: join(folder, 'secret/resource'),
      ENV_FILE: join(folder, 'env/env'),
      KEES_STORE: 'ssm',
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'fakesecret',
      REFERENCE_WAIT: '0s',
    }
    const { status, stderr } = await runBeside('init', [], { env })
    t.equal(status, 0, stderr)
    const found = [...variablesIn(folder, annotations), ...filesIn(folder)]
    actual.push(found)
    t.strictSame(found, results)
  })
}

t.test('inject-init takes the annotations of every recipe without a warning', async (t) => {
  const pods = recipes.map(({ annotations }, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod${index}`, annotations },
    spec: { securityContext: { fsGroup: 2000 }, containers: [{ name: 'app', image: 'example/app:1.0' }] },
  }))
  const args = ['inject', '--image', 'bsycorp/kees-init:v0.1.0', '--min-kubelet', '1.35', '-f', '-']
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods })
  const { status, stderr } = run('kees', args, { input })
  t.equal(stderr, '')
  t.equal(status, 0)
})

t.test('Java reads the JAAS file of the recipe', { skip: java().missing ?? false }, async (t) => {
  const { stored = [], results = [] } = recipes.find(({ title }) => title === 'JAAS for Kafka') ?? {}
  // As printable as passwords are.
  const value = `fake"pass\\word #!$x {y} ü;'//*`
  const text = results[0]?.value.replace(jaasText(stored[0]?.value ?? ''), jaasText(value)) ?? ''
  const file = join(t.testdir({ 'kafka.jaas': text }), 'kafka.jaas')
  const { status, stdout, stderr } = run(
    java().path ?? '',
    [...shortJava, join(import.meta.dirname, 'ReadJaas.java'), file],
    {
      env: { JAVA_TOOL_OPTIONS: '-Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8' },
    },
  )
  t.equal(status, 0, stderr)
  t.equal(stdout, value)
})

if (process.env['UPDATE']) t.teardown(() => writeFileSync(path, withResults(page, actual)))

/** As the recipe writes it. */
function jaasText(value: string): string {
  return `password="${escapeText(value, 'json').value}"`
}

/** In the order of their names. */
function variablesIn(folder: string, annotations: Readonly<Record<string, string>>): Result[] {
  const pod = parsePodAnnotations(Object.entries(annotations), 'bsycorp.com')
  const file = join(folder, 'env/env')
  const text = statSync(file, { throwIfNoEntry: false }) ? readFileSync(file, 'utf8') : ''
  const values = new Map(
    [...text.matchAll(/^(\S+)='([^']*)'$/gm)].map(([, key = '', value = '']) => [key, value]),
  )
  return deliveredVariables(pod).flatMap(({ name, key }): Result[] => {
    const value = values.get(key)
    return value === undefined ? [] : [{ where: 'variable', name, value }]
  })
}

/** As the app sees them, without the line end at the end. */
function filesIn(folder: string): Result[] {
  return namesIn(folder, 'secret').map((name): Result => {
    const bytes = readFileSync(join(folder, name))
    const text = bytes.toString()
    const isText = Buffer.from(text).equals(bytes) && !text.includes('\0')
    return isText
      ? { where: 'file', name: `/${name}`, value: text.replace(/\n$/, '') }
      : { where: 'bytes', name: `/${name}`, value: bytes.toString('hex').replaceAll(/..(?=.)/g, '$& ') }
  })
}

/** The files of a folder and its subfolders, which may be links, as `..data` is. */
function namesIn(folder: string, name: string): string[] {
  if (statSync(join(folder, name)).isFile()) return [name]
  const inside = readdirSync(join(folder, name)).filter((one) => !one.startsWith('..'))
  return inside.toSorted().flatMap((one) => namesIn(folder, join(name, one)))
}
