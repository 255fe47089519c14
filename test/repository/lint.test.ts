/** The rules of the linter and the compiler, each tested with a file that breaks it. */
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import t from 'tap'
import { type ImportRule, importRules } from '../../oxlint.config.ts'
import { untapped } from '../programs/untapped.ts'

const root = join(import.meta.dirname, '..', '..')
const bin = join(root, 'node_modules', '.bin')

/** The folders that may import packages of AWS. */
const awsFolders = ['runtime/aws', 'runtime/store']

const imports = 'eslint(no-restricted-imports)'
const cycle = 'import(no-cycle)'
const globals = 'eslint(no-restricted-globals)'
const barrel = 'oxc(no-barrel-file)'
const defaultExport = 'eslint(no-restricted-exports)'

type Sample = readonly [file: string, text: string, rule?: string | undefined]

/** The rule that it breaks, unless it is allowed. */
type Import = readonly [from: string, rule: string | undefined]

/** Of a file of the folder. */
const importsFrom = (folder: string, rule: ImportRule): readonly Import[] => {
  const up = relativeTo(folder, '.')
  const [top = ''] = folder.split('/')
  const others = Object.keys(importRules).filter((to) => to !== folder)
  const only = (isAllowed: boolean) => (isAllowed ? undefined : imports)
  return [
    ...others.map((to) => [`${relativeTo(folder, to)}/shared.ts`, only(rule.imports.includes(to))] as const),
    ['./shared.ts', undefined],
    [`${up}/${top}/shared.ts`, imports],
    ['./../shared.ts', imports],
    [`${up}/scripts/shared.ts`, imports],
    [`${up}/test/shared.ts`, imports],
    ['./other.test.ts', imports],
    ['./arbitrary-thing.ts', imports],
    ['./index.ts', imports],
    ['node:process', imports],
    ['node:module', imports],
    ['hcl2-json-parser', imports],
    ['@cloud-copilot/iam-simulate', imports],
    ['@aws-sdk/client-ssm', only(awsFolders.includes(folder))],
    ['@smithy/types', only(awsFolders.includes(folder))],
    ['@kubernetes/client-node', only(folder === 'runtime/kubernetes')],
  ]
}

/** A file for each folder, with an import on each line: a file for each import took nearly twice the processor time. */
const importing = Object.entries(importRules).map(([folder, rule]) => ({
  file: `${folder}/imports.ts`,
  imports: importsFrom(folder, rule),
}))

/** Without a rule: allowed. */
const samples: readonly Sample[] = [
  ...Object.keys(importRules).flatMap((folder): Sample[] => [
    [`${folder}/main.ts`, 'export const value = process.argv'],
    ...(folder.startsWith('cli')
      ? []
      : ([
          [`${folder}/process.ts`, 'export const value = process.argv', globals],
          [`${folder}/global-process.ts`, 'export const value = globalThis.process.argv', globals],
        ] satisfies Sample[])),
  ]),
  ['api/to-package.ts', importOf('yaml'), imports],
  ['api/to-node.ts', importOf('node:fs'), imports],
  ['api/to-runtime-type.ts', "export type { value } from '../runtime/shared.ts'", imports],
  ['api/later.ts', "export const later = await import('../cli/shared.ts')", imports],
  ['api/fetches.ts', "export const value = fetch('http://127.0.0.1')", globals],
  ['api/waits.ts', 'export const value = setTimeout(() => {}, 1)', globals],
  ['functions/krm/run-function.ts', 'export const value = process.argv'],
  ['runtime/scheduling/clock.ts', 'export const value = process.hrtime'],
  ['cli/process.ts', 'export const value = process.argv'],

  ['api/uses-node.test.ts', importOf('node:fs')],
  ['api/leaves-api.test.ts', importOf('../functions/krm/shared.ts'), imports],
  ['functions/krm/oracle.test.ts', importOf('hcl2-json-parser')],
  ['functions/krm/to-program.test.ts', importOf('../inject-init/shared.ts')],
  ['functions/krm/to-runtime.test.ts', importOf('../../runtime/shared.ts'), imports],
  ['runtime/store/to-functions.test.ts', importOf('../../functions/krm/shared.ts'), imports],
  ['runtime/init/uses-fake.test.ts', importOf('../fake-ssm/shared.ts')],
  ['cli/uses-fake.test.ts', importOf('../runtime/fake-ssm/shared.ts')],
  ['cli/to-test.test.ts', importOf('../test/shared.ts'), imports],
  ['scripts/to-cli.ts', importOf('../cli/shared.ts')],
  ['scripts/to-test.ts', importOf('../test/shared.ts'), imports],

  // A cycle of type imports alone.
  ['api/cycle-a.ts', "import type { B } from './cycle-b.ts'\nexport type A = { readonly b: B }", cycle],
  ['api/cycle-b.ts', "import type { A } from './cycle-a.ts'\nexport type B = { readonly a?: A }", cycle],

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

/** One on each line. */
function textOfImports(all: readonly Import[]): string {
  const lines = all.map(([from], index) => `import { value as value${index} } from '${from}'`)
  return `${lines.join('\n')}\nexport const used = [${all.map((_, index) => `value${index}`).join(', ')}]`
}

function relativeTo(from: string, to: string): string {
  const path = posix.relative(from, to)
  return path.startsWith('.') ? path : `./${path}`
}

/** The files that the samples import. */
const sharedFiles = [...Object.keys(importRules), 'scripts', 'test'].map(
  (folder) => [`${folder}/shared.ts`, 'export const value = 1'] as const,
)

t.test('each folder with sources has an import rule', (t) => {
  const files = globSync('{api,functions,runtime,cli}/**/*.ts', { cwd: root })
  const folders = new Set(files.map((file) => dirname(file)))
  t.strictSame([...folders].toSorted(), Object.keys(importRules).toSorted())
  t.end()
})

t.test('the linter and the compiler report each broken rule, and nothing else', (t) => {
  // Outside the clone: the linter skips files that git ignores.
  const folder = mkdtempSync(join(tmpdir(), 'kees-lint-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const files = importing.map(({ file, imports: all }) => [file, textOfImports(all)] as const)
  for (const [file, text] of [...samples, ...files, ...sharedFiles]) {
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
  for (const { file, imports: all } of importing) {
    const own = found.filter((one) => one.file === file)
    const rulesOn = (number: number) => [
      ...new Set(own.filter(({ line }) => line === number).map(({ rule }) => rule)),
    ]
    t.strictSame(
      Object.fromEntries([
        ...all.map(([from], index) => [from, rulesOn(index + 1)]),
        ['after the imports', own.filter(({ line }) => line > all.length)],
      ]),
      Object.fromEntries([
        ...all.map(([from, rule]) => [from, rule === undefined ? [] : [rule]]),
        ['after the imports', []],
      ]),
      `${file}: each import is allowed or breaks its rule`,
    )
  }
  const known = new Set([...samples.map(([file]) => file), ...importing.map(({ file }) => file)])
  t.strictSame(
    found.filter(({ file }) => !known.has(file)),
    [],
    'nothing else is found',
  )
  t.end()
})

type Result = { readonly file: string; readonly line: number; readonly rule: string }

function lint(folder: string): Result[] {
  const args = ['--format=unix', 'api', 'functions', 'runtime', 'cli', 'scripts']
  const { stdout } = spawnSync(...untapped(join(bin, 'oxlint'), args), { cwd: folder, encoding: 'utf8' })
  return [...stdout.matchAll(/^(?<file>[^:\n]+):(?<line>\d+):\d+: .*\/(?<rule>[^/]+)\]$/gm)].map(
    ({ groups }) => ({
      file: groups?.['file'] ?? '',
      line: Number(groups?.['line']),
      rule: groups?.['rule'] ?? '',
    }),
  )
}

/** Only errors of syntax that cannot be erased: the samples import files that do not exist. */
function compile(folder: string): Result[] {
  const args = ['--noEmit', '--pretty', 'false']
  const { stdout } = spawnSync(...untapped(join(bin, 'tsc'), args), { cwd: folder, encoding: 'utf8' })
  return [...stdout.matchAll(/^(?<file>[^(\n]+)\((?<line>\d+),.*error TS1294/gm)].map(({ groups }) => ({
    file: groups?.['file'] ?? '',
    line: Number(groups?.['line']),
    rule: 'TS1294',
  }))
}
