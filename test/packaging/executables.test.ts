/** The standalone executables: the one for this machine does what the programs of dist/ do, byte for byte. */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as fc from 'fast-check'
import t from 'tap'
import manifest from '../../package.json' with { type: 'json' }
import { exportIam } from '../../functions/export-iam/export-iam.ts'
import { arbitraryInput } from '../../functions/inject-init/arbitrary-input.ts'
import { injectInit } from '../../functions/inject-init/inject-init.ts'
import { decodeText } from '../../functions/krm/decode-text.ts'
import { runFunction } from '../../functions/krm/run-function.ts'
import { platformOf } from '../../scripts/executables/platforms.ts'
import { runtimeVersion } from '../../scripts/executables/runtimes.ts'
import { root, run } from '../programs/programs.ts'
import { isLong } from '../programs/long.ts'
import { commandPatience } from '../programs/not-ended.ts'
import { untapped } from '../programs/untapped.ts'
import { linkPrograms, standalone, standaloneMissing } from './standalone.ts'

t.setTimeout(1_200_000)

t.test('the executable for this machine', { skip: standaloneMissing }, async (t) => {
  const executable = await standalone()
  const folder = mkdtempSync(join(tmpdir(), 'kees-executable-test-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const programs = join(folder, 'programs')
  linkPrograms(executable, programs)
  /** With nothing of this machine but the executable. */
  const alone = (command: string, args: readonly string[], input = '', cwd = folder) => {
    const { status, stdout, stderr, error } = spawnSync(
      ...untapped('env', ['-i', `PATH=${programs}`, command, ...args]),
      { cwd, input, encoding: 'utf8', timeout: commandPatience, maxBuffer: 2 ** 26 },
    )
    if (error) throw error
    return { status, stdout, stderr }
  }

  await t.test('runs the program by whose name it is called', async (t) => {
    for (const name of ['kees', 'inject-init', 'export-iam'])
      t.equal(alone(name, ['--version']).stdout, `${name} ${manifest.version}\n`)
    t.equal(alone(join(programs, 'inject-init'), ['--version']).stdout, `inject-init ${manifest.version}\n`)
    copyFileSync(executable, join(folder, 'other-name'))
    t.equal(
      alone('./other-name', ['--version']).stdout,
      `kees ${manifest.version}\n`,
      'kees by any other name',
    )
  })

  await t.test('names its own Node', async (t) => {
    const platform = platformOf(process)
    const version = platform && runtimeVersion(platform)
    t.match(JSON.parse(alone('kees', ['version', '-o', 'json']).stdout), {
      runtime: { name: 'node', version },
    })
  })

  await t.test('reads no file of the working directory that is not named', async (t) => {
    const hostile = mkdtempSync(join(folder, 'hostile-'))
    const files = {
      '.env': 'KEES_STORE=file:./stolen\nNODE_OPTIONS=--no-such-option\n',
      'bunfig.toml': 'preload = ["./evil.cjs"]\n',
      'node.config.json': '{"nodeOptions":{"require":["./evil.cjs"]}}',
      'package.json': '{"type":"module"}',
      'evil.cjs': 'console.log("evil")',
      'kees.cjs': 'console.log("evil")',
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(hostile, name), text)
    t.strictSame(alone('kees', ['--version'], '', hostile), {
      status: 0,
      stdout: `kees ${manifest.version}\n`,
      stderr: '',
    })
    t.match(alone('kees', ['put', 'a', '--dry-run'], 'value', hostile).stderr, /region/i, 'no store is set')
  })

  await t.test('does with recorded inputs what the programs of dist/ do', async (t) => {
    const inputs = (pattern: string, share: number) =>
      globSync(pattern, { cwd: root })
        .toSorted()
        .filter((_, index) => isLong || index % share === 0)
    type Call = readonly [name: string, args: readonly string[], file: string]
    const calls: readonly Call[] = [
      ...inputs('functions/inject-init/testdata/*/input.yaml', 12).map((file): Call => [
        'inject-init',
        [],
        file,
      ]),
      ...inputs('functions/export-iam/testdata/*/input.yaml', 12).map((file): Call => [
        'export-iam',
        [],
        file,
      ]),
      ...inputs('kustomize-examples/*/app.yaml', 8).flatMap((file): Call[] => [
        ['kees', ['inject', '-f', '-'], file],
        ['kees', ['verify', '-f', '-'], file],
      ]),
      ['kees', ['--help'], '/dev/null'],
    ]
    t.ok(calls.length > 5)
    for (const [name, args, file] of calls) {
      const input = readFileSync(resolve(root, file), 'utf8')
      const options = { input, cwd: folder }
      t.strictSame(
        run(join(programs, name), args, options),
        run(join(root, 'dist', name), args, options),
        `${name} ${args.join(' ')} < ${file}`,
      )
    }
  })

  for (const krmFunction of [injectInit, exportIam]) {
    await t.test(`${krmFunction.name} does with damaged inputs what the sources do`, async (t) => {
      for (const input of fc.sample(arbitraryInput, isLong ? 150 : 4)) {
        // Half of a pair of surrogates has no bytes.
        if (!input.isWellFormed()) continue
        const text = decodeText(Buffer.from(input))
        if (text.value === undefined) continue
        const { stdout, stderr, exit } = runFunction(krmFunction, text.value)
        const lines = stderr.map((line) => `${line}\n`).join('')
        const ended = alone(krmFunction.name, [], input)
        t.strictSame(ended, { status: exit, stdout, stderr: lines })
      }
    })
  }

  // What talks to AWS and to a cluster, signals, pipes, proxies, certificates: the tests of the programs, on the executable.
  const suites = [
    'docs/private-certificates',
    'docs/shapes',
    'init/proxy',
    'init/secrets-manager',
    'manifests/doctor',
    'manifests/endless-input',
    'manifests/export-tools',
    'manifests/kustomize',
    'manifests/main-job',
    'manifests/prune',
    'manifests/quickstart',
    'manifests/report',
    'manifests/status',
    'manifests/stdout',
    'manifests/verify-cluster',
    'packaging/completion',
  ]
  for (const suite of isLong ? suites : []) {
    await t.test(`test/${suite}.test.ts passes on it`, async (t) => {
      const env = { KEES_TEST_PROGRAMS: programs, KEES_TEST_LONG: '', TAP_TIMEOUT: '1200' }
      const { status, stdout } = run(process.execPath, [`test/${suite}.test.ts`], { env })
      t.equal(status, 0, stdout.slice(-4000))
    })
  }

  await t.test('kees install copies it once', async (t) => {
    const into = join(folder, 'installed')
    symlinkSync(executable, join(folder, 'kees-of-a-download'))
    const installed = alone(join(folder, 'kees-of-a-download'), ['install', into])
    t.strictSame([installed.status, installed.stderr], [0, ''])
    const env = spawnSync(...untapped('env', ['-i', `PATH=${into}`, 'export-iam', '--version']), {
      encoding: 'utf8',
    })
    t.equal(env.stdout, `export-iam ${manifest.version}\n`)
    t.match(alone(join(into, 'inject-init'), ['--version']).stdout, 'inject-init')
    t.match(alone(join(into, 'kees'), ['install', into]).stdout, /kees unchanged/, 'it may update itself')
  })
})
