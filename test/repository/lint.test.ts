/** The walls of the house: what the linter and the compiler refuse, each shown on a file that breaks one rule. */
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import t from 'tap'
import { rooms } from '../../oxlint.config.ts'
import { untapped } from '../programs/untapped.ts'

const root = join(import.meta.dirname, '..', '..')
const bin = join(root, 'node_modules', '.bin')

/** The rooms that may import packages of AWS. */
const awsRooms = ['runtime/aws', 'runtime/store']

const walls = 'eslint(no-restricted-imports)'
const circle = 'import(no-cycle)'
const globals = 'eslint(no-restricted-globals)'
const barrel = 'oxc(no-barrel-file)'
const defaultExport = 'eslint(no-restricted-exports)'

type Sample = readonly [file: string, text: string, rule?: string | undefined]

/** Without a rule: allowed. */
const samples: readonly Sample[] = [
  ...Object.entries(rooms).flatMap(([from, { imports }]) =>
    Object.keys(rooms)
      .filter((to) => to !== from)
      .map((to): Sample => {
        const isOpen = imports.includes(to)
        const file = `${from}/to-${to.replace('/', '-')}.ts`
        return [file, importOf(`${relativeTo(from, to)}/shared.ts`), isOpen ? undefined : walls]
      }),
  ),
  ...Object.keys(rooms).flatMap((room): Sample[] => {
    const up = relativeTo(room, '.')
    const [top = ''] = room.split('/')
    return [
      [`${room}/to-own.ts`, importOf('./shared.ts')],
      [`${room}/to-own-from-the-top.ts`, importOf(`${up}/${top}/shared.ts`), walls],
      [`${room}/to-own-by-a-detour.ts`, importOf('./../shared.ts'), walls],
      [`${room}/to-scripts.ts`, importOf(`${up}/scripts/shared.ts`), walls],
      [`${room}/to-test.ts`, importOf(`${up}/test/shared.ts`), walls],
      [`${room}/to-test-file.ts`, importOf('./other.test.ts'), walls],
      [`${room}/to-test-support.ts`, importOf('./arbitrary-thing.ts'), walls],
      [`${room}/from-barrel.ts`, importOf('./index.ts'), walls],
      [`${room}/imported-process.ts`, importOf('node:process'), walls],
      [`${room}/requires.ts`, importOf('node:module'), walls],
      [`${room}/to-oracle.ts`, importOf('hcl2-json-parser'), walls],
      [`${room}/to-judge.ts`, importOf('@cloud-copilot/iam-simulate'), walls],
      [`${room}/to-aws.ts`, importOf('@aws-sdk/client-ssm'), awsRooms.includes(room) ? undefined : walls],
      [`${room}/to-smithy.ts`, importOf('@smithy/types'), awsRooms.includes(room) ? undefined : walls],
      [
        `${room}/to-kubernetes.ts`,
        importOf('@kubernetes/client-node'),
        room === 'runtime/kubernetes' ? undefined : walls,
      ],
      [`${room}/main.ts`, 'export const value = process.argv'],
      ...(top === 'cli'
        ? []
        : ([
            [`${room}/process.ts`, 'export const value = process.argv', globals],
            [`${room}/global-process.ts`, 'export const value = globalThis.process.argv', globals],
          ] satisfies Sample[])),
    ]
  }),
  ['api/to-package.ts', importOf('yaml'), walls],
  ['api/to-node.ts', importOf('node:fs'), walls],
  ['api/to-runtime-type.ts', "export type { value } from '../runtime/shared.ts'", walls],
  ['api/later.ts', "export const later = await import('../cli/shared.ts')", walls],
  ['api/fetches.ts', "export const value = fetch('http://127.0.0.1')", globals],
  ['api/waits.ts', 'export const value = setTimeout(() => {}, 1)', globals],
  ['functions/krm/run-function.ts', 'export const value = process.argv'],
  ['runtime/log.ts', 'export const value = process.stdout'],
  ['cli/process.ts', 'export const value = process.argv'],

  ['api/uses-node.test.ts', importOf('node:fs')],
  ['api/leaves-api.test.ts', importOf('../functions/krm/shared.ts'), walls],
  ['functions/krm/oracle.test.ts', importOf('hcl2-json-parser')],
  ['functions/krm/to-program.test.ts', importOf('../inject-init/shared.ts')],
  ['functions/krm/to-runtime.test.ts', importOf('../../runtime/shared.ts'), walls],
  ['runtime/store/to-functions.test.ts', importOf('../../functions/krm/shared.ts'), walls],
  ['runtime/init/uses-fake.test.ts', importOf('../fake-ssm/shared.ts')],
  ['cli/uses-fake.test.ts', importOf('../runtime/fake-ssm/shared.ts')],
  ['cli/to-test.test.ts', importOf('../test/shared.ts'), walls],
  ['scripts/to-cli.ts', importOf('../cli/shared.ts')],
  ['scripts/to-test.ts', importOf('../test/shared.ts'), walls],

  // A circle, though nothing but a type closes it.
  ['api/circle-a.ts', "import type { B } from './circle-b.ts'\nexport type A = { readonly b: B }", circle],
  ['api/circle-b.ts', "import type { A } from './circle-a.ts'\nexport type B = { readonly a?: A }", circle],

  ['api/star.ts', "export * from './shared.ts'", barrel],
  ['cli/star-as.ts', "export * as all from '../api/shared.ts'", barrel],
  ['api/default.ts', 'export default 1', defaultExport],
  ['cli/default-as.ts', 'const value = 1\nexport { value as default }', defaultExport],
  ['cli/console.ts', 'console.log(1)', 'eslint(no-console)'],
  ['api/any.ts', 'export const value: any = 1', 'typescript(no-explicit-any)'],
  ['api/not-null.ts', 'export const f = (a?: string) => a!.length', 'typescript(no-non-null-assertion)'],
  [
    'api/floating.ts',
    'export const f = () => { Promise.reject(new Error()) }',
    'typescript(no-floating-promises)',
  ],
  ['api/enum.ts', 'export enum Colour { red }', 'TS1294'],
  ['api/namespace.ts', 'export namespace N { export const value = 1 }', 'TS1294'],
]

function importOf(from: string): string {
  return `import { value } from '${from}'\nexport const used = value`
}

function relativeTo(from: string, to: string): string {
  const path = posix.relative(from, to)
  return path.startsWith('.') ? path : `./${path}`
}

/** What everything above imports. */
const sharedFiles = [...Object.keys(rooms), 'scripts', 'test'].map(
  (folder) => [`${folder}/shared.ts`, 'export const value = 1'] as const,
)

t.test('each folder with sources is a room', (t) => {
  const files = globSync('{api,functions,runtime,cli}/**/*.ts', { cwd: root })
  const folders = new Set(files.map((file) => dirname(file)))
  t.strictSame([...folders].toSorted(), Object.keys(rooms).toSorted())
  t.end()
})

t.test('each wall of the house stands', (t) => {
  // Outside the clone: the linter passes over what git ignores.
  const folder = mkdtempSync(join(tmpdir(), 'kees-lint-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  for (const [file, text] of [...samples, ...sharedFiles]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), `${text}\n`)
  }
  for (const file of ['oxlint.config.ts', 'tsconfig.json', 'package.json'])
    cpSync(join(root, file), join(folder, file))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const found = [...lint(folder), ...compile(folder)]
  for (const [file, , rule] of samples) {
    const rules = found.filter((one) => one.file === file).map((one) => one.rule)
    const title = rule === undefined ? `${file} is allowed` : `${file} breaks ${rule}`
    t.strictSame(new Set(rules), new Set(rule === undefined ? [] : [rule]), title)
  }
  t.strictSame(
    found.filter(({ file }) => !samples.some(([sample]) => sample === file)),
    [],
    'nothing else is found',
  )
  t.end()
})

type Result = { readonly file: string; readonly rule: string }

function lint(folder: string): Result[] {
  const args = ['--format=unix', 'api', 'functions', 'runtime', 'cli', 'scripts']
  const { stdout } = spawnSync(...untapped(join(bin, 'oxlint'), args), { cwd: folder, encoding: 'utf8' })
  return [...stdout.matchAll(/^(?<file>[^:\n]+):\d+:\d+: .*\/(?<rule>[^/]+)\]$/gm)].map(({ groups }) => ({
    file: groups?.['file'] ?? '',
    rule: groups?.['rule'] ?? '',
  }))
}

/** Only what cannot be erased: the samples import files that are not there. */
function compile(folder: string): Result[] {
  const args = ['--noEmit', '--pretty', 'false']
  const { stdout } = spawnSync(...untapped(join(bin, 'tsc'), args), { cwd: folder, encoding: 'utf8' })
  return [...stdout.matchAll(/^(?<file>[^(\n]+)\(.*error TS1294/gm)].map(({ groups }) => ({
    file: groups?.['file'] ?? '',
    rule: 'TS1294',
  }))
}
