/**
 * The output of all tests is recorded and searched for secret values at the end (scripts/test.ts). These tests show that the
 * recording is complete, that the search finds values, and that init, with all debug output of Node while it has values in
 * memory, prints none.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { findValues } from '../../scripts/results/find-values.ts'
import { eventually } from '../programs/eventually.ts'
import { dist } from '../programs/programs.ts'
import { untapped } from '../programs/untapped.ts'

const canary = 'canary-9e107d9d372bb6826bd81d3542a419d6'

/** Runs a script with the recorder. @returns what its parent saw, and where the record is. */
async function record(t: Test, script: string, env: NodeJS.ProcessEnv = {}) {
  const folder = join(t.testdir({ record: {} }), 'record')
  const child = spawn(...untapped(process.execPath, ['-e', script], folder), {
    env: { ...process.env, ...env },
  })
  let seen = ''
  child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (seen += chunk.toString()))
  await once(child, 'close')
  return { folder, seen, code: child.exitCode }
}

const has = `JSON.parse('{"Parameters":[{"Name":"/a","Value":"${canary}"}]}');`
const leaks: readonly (readonly [title: string, script: string])[] = [
  ['standard output', `${has} process.stdout.write('a ${canary}')`],
  ['standard error', `${has} console.error('a ${canary}')`],
  ['a synchronous write', `${has} require('fs').writeSync(2, 'a ${canary}')`],
  ['the debug output of Node', `${has} require('util').debuglog('http')('a ${canary}')`],
  ['a crash report', `${has} throw new Error('${canary}')`],
  [
    'JSON',
    `JSON.stringify({ Name: '/a', Value: '"${canary}"' }); console.log(JSON.stringify(['"${canary}"']))`,
  ],
]
for (const [title, script] of leaks) {
  t.test(`a value is found in ${title}`, async (t) => {
    const { folder, seen } = await record(t, script)
    const found = findValues(folder)
    t.equal(found.programs, 1)
    t.ok(found.values >= 1)
    t.not(found.leaks.length, 0)
    t.notMatch(found.leaks.join(), canary, 'and not shown whole')
    if (title.includes('debug')) t.equal(seen, '', 'the debug output does not disturb the test')
  })
}

t.test('a value of the embedded store is found too', async (t) => {
  const store = join(t.testdir({ store: {} }), 'store')
  writeFileSync(join(store, '%2Fa'), canary)
  // The folder of a test is one, which the record must not empty.
  const folder = join(store, '..', 'record')
  mkdirSync(folder)
  const child = spawn(...untapped(process.execPath, ['-e', `console.log('${canary}')`], folder), {
    env: { ...process.env, KEES_STORE: `file:${store}` },
    stdio: 'ignore',
  })
  await once(child, 'close')
  t.not(findValues(folder).leaks.length, 0)
})

t.test('output without a value has no leak', async (t) => {
  const { folder, code } = await record(t, `${has} console.log('<redacted>')`)
  t.equal(code, 0)
  t.strictSame(findValues(folder), { programs: 1, values: 1, leaks: [] })
})

t.test(
  'init prints no value while it has some in memory: in its log, in debug output, in a crash report',
  async (t) => {
    const server = await startFakeSsm()
    t.teardown(() => server.stop())
    server.put('/here', canary)
    const annotations = ['here', 'late'].map(
      (name) => [`secret.bsycorp.com/${name}`, 'kind=REFERENCE,type=PASSWORD'] as const,
    )
    const base = t.testdir({ record: {}, secret: {}, annotations: formatAnnotationsFile(annotations) })
    const folder = join(base, 'record')
    const child = spawn(...untapped(join(dist, 'init'), [], folder), {
      env: {
        PATH: process.env['PATH'],
        ANNOTATIONS_FILE: join(base, 'annotations'),
        SECRETS_FILE: join(base, 'secret', 'secret'),
        AWS_ENDPOINT_URL: server.endpoint,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'fakesecret',
        LOG_LEVEL: 'debug',
      },
      stdio: 'ignore',
    })
    t.teardown(() => child.kill('SIGKILL'))
    await eventually('init waits for what is missing', () => server.calls.length >= 2)
    child.kill('SIGUSR2')
    const reports = () => readdirSync(folder).filter((name) => name.startsWith('report.'))
    await eventually('there is a report', () => {
      const [name] = reports()
      return name !== undefined && readFileSync(join(folder, name), 'utf8').trimEnd().endsWith('}')
    })
    server.put('/late', `${canary}-late`)
    t.strictSame(await once(child, 'exit'), [0, null])
    t.match(readFileSync(join(base, 'secret', 'secret'), 'utf8'), canary)
    const found = findValues(folder)
    t.ok(found.values >= 2, 'the recorder knows the values')
    const recorded = readdirSync(folder).filter((name) => name.startsWith('said-'))
    t.match(readFileSync(join(folder, recorded[0] ?? ''), 'utf8'), /NET \d+: /, 'the debug output is there')
    t.equal(reports().length, 1)
    t.strictSame(found.leaks, [])
  },
)
