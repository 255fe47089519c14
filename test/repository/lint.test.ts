/** The walls of the house: what the linter and the compiler refuse, each shown on a file that breaks one rule. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t from 'tap'
import { untapped } from '../programs/untapped.ts'

const root = join(import.meta.dirname, '..', '..')
const bin = join(root, 'node_modules', '.bin')

const layers = 'eslint(no-restricted-imports)'
const globals = 'eslint(no-restricted-globals)'
const barrel = 'oxc(no-barrel-file)'
const defaultExport = 'eslint(no-restricted-exports)'

type Sample = readonly [file: string, text: string, rule?: string]

/** Without a rule: allowed. */
const samples: readonly Sample[] = [
  ['api/to-functions.ts', imports('../functions/shared.ts'), layers],
  ['api/to-runtime-type.ts', "export type { value } from '../runtime/shared.ts'", layers],
  ['api/to-package.ts', imports('yaml'), layers],
  ['api/to-node.ts', imports('node:fs'), layers],
  ['api/to-test-support.ts', imports('./arbitrary-thing.ts'), layers],
  ['api/later.ts', "export const later = await import('../cli/shared.ts')", layers],
  ['api/process.ts', 'export const value = process.env.A', globals],
  ['api/to-functions-by-a-detour.ts', imports('./../functions/shared.ts'), layers],
  ['api/fetches.ts', "export const value = fetch('http://127.0.0.1')", globals],
  ['api/waits.ts', 'export const value = setTimeout(() => {}, 1)', globals],
  ['api/to-api.ts', imports('./shared.ts')],
  ['api/uses-node.test.ts', imports('node:fs')],
  ['api/leaves-api.test.ts', imports('../functions/shared.ts'), layers],

  ['functions/to-runtime.ts', imports('../runtime/shared.ts'), layers],
  ['functions/to-cli.ts', imports('../cli/shared.ts'), layers],
  ['functions/to-scripts.ts', imports('../scripts/shared.ts'), layers],
  ['functions/to-test.ts', imports('../test/shared.ts'), layers],
  ['functions/to-program.ts', imports('./inject-init/shared.ts'), layers],
  ['functions/to-aws.ts', imports('@aws-sdk/client-ssm'), layers],
  ['functions/to-smithy.ts', imports('@smithy/types'), layers],
  ['functions/to-kubernetes.ts', imports('@kubernetes/client-node'), layers],
  ['functions/to-oracle.ts', imports('hcl2-json-parser'), layers],
  ['functions/to-judge.ts', imports('@cloud-copilot/iam-simulate'), layers],
  ['functions/to-test-file.ts', imports('./other.test.ts'), layers],
  ['functions/process.ts', 'export const value = process.argv', globals],
  ['functions/global-process.ts', 'export const value = globalThis.process.argv', globals],
  ['functions/imported-process.ts', imports('node:process'), layers],
  ['functions/to-api.ts', imports('../api/shared.ts')],
  ['functions/krm/run-function.ts', 'export const value = process.argv'],
  ['functions/oracle.test.ts', imports('hcl2-json-parser')],
  ['runtime/to-judge.ts', imports('@cloud-copilot/iam-simulate'), layers],
  ['api/to-judge.ts', imports('@cloud-copilot/iam-simulate'), layers],
  ['functions/to-runtime.test.ts', imports('../runtime/shared.ts'), layers],
  ['functions/inject-init/to-sibling.ts', imports('../export-iam/shared.ts'), layers],
  ['functions/export-iam/to-sibling.ts', imports('../inject-init/shared.ts'), layers],
  ['functions/inject-init/to-sibling-by-a-detour.ts', imports('./../export-iam/shared.ts'), layers],
  [
    'functions/inject-init/to-sibling-from-the-top.ts',
    imports('../../functions/export-iam/shared.ts'),
    layers,
  ],
  ['functions/to-program-from-the-top.ts', imports('../functions/inject-init/shared.ts'), layers],
  ['functions/requires.ts', imports('node:module'), layers],
  ['runtime/init/to-sibling-from-the-top.ts', imports('../../runtime/creator/shared.ts'), layers],
  ['functions/inject-init/to-runtime.ts', imports('../../runtime/shared.ts'), layers],
  ['functions/inject-init/to-aws.ts', imports('@aws-sdk/client-ssm'), layers],
  ['functions/inject-init/process.ts', 'export const value = process.argv', globals],
  ['functions/inject-init/up.ts', `${imports('../shared.ts')}\n${imports('../../api/shared.ts', 'other')}`],
  ['functions/inject-init/main.ts', 'export const value = process.argv'],

  ['runtime/to-functions.ts', imports('../functions/shared.ts'), layers],
  ['runtime/to-cli.ts', imports('../cli/shared.ts'), layers],
  ['runtime/to-program.ts', imports('./init/shared.ts'), layers],
  ['runtime/to-aws.ts', imports('@aws-sdk/client-ssm'), layers],
  ['runtime/to-kubernetes.ts', imports('@kubernetes/client-node'), layers],
  ['runtime/process.ts', 'export const value = process.env', globals],
  ['runtime/to-api.ts', imports('../api/shared.ts')],
  ['runtime/store/ssm-parameter-store.ts', imports('@aws-sdk/client-ssm')],
  ['runtime/aws/pod-credentials.ts', imports('@aws-sdk/credential-provider-http'), layers],
  ['runtime/ssm-and-functions.ts', imports('../functions/shared.ts'), layers],
  ['runtime/log.ts', 'export const value = process.stdout'],
  ['runtime/init/to-sibling.ts', imports('../creator/shared.ts'), layers],
  ['runtime/creator/to-sibling.ts', imports('../init/shared.ts'), layers],
  ['runtime/to-fake.ts', imports('./fake-ssm/shared.ts'), layers],
  ['runtime/init/to-fake.ts', imports('../fake-ssm/shared.ts'), layers],
  ['runtime/init/uses-fake.test.ts', imports('../fake-ssm/shared.ts')],
  ['cli/to-fake.ts', imports('../runtime/fake-ssm/shared.ts'), layers],
  ['cli/uses-fake.test.ts', imports('../runtime/fake-ssm/shared.ts')],
  ['runtime/init/to-functions.ts', imports('../../functions/shared.ts'), layers],
  ['runtime/init/to-aws.ts', imports('@aws-sdk/client-ssm'), layers],
  ['runtime/init/to-kubernetes.ts', imports('@kubernetes/client-node'), layers],
  ['runtime/creator/to-kubernetes.ts', imports('@kubernetes/client-node')],
  ['runtime/creator/to-aws.ts', imports('@aws-sdk/client-ssm'), layers],

  ['cli/to-scripts.ts', imports('../scripts/shared.ts'), layers],
  ['cli/to-test.ts', imports('../test/shared.ts'), layers],
  ['cli/to-aws.ts', imports('@aws-sdk/client-ssm'), layers],
  ['cli/to-oracle.ts', imports('hcl2-json-parser'), layers],
  ['cli/to-judge.ts', imports('@cloud-copilot/iam-simulate'), layers],
  ['cli/process.ts', 'export const value = process.argv'],
  ['cli/to-all.ts', `${imports('../api/shared.ts')}\n${imports('../runtime/shared.ts', 'other')}`],
  ['cli/to-program.ts', imports('../functions/inject-init/shared.ts')],

  ['scripts/to-cli.ts', imports('../cli/shared.ts')],
  ['scripts/to-test.ts', imports('../test/shared.ts'), layers],

  ['api/from-barrel.ts', imports('./index.ts'), layers],
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

function imports(from: string, name = 'value'): string {
  return `import { ${name} } from '${from}'\nexport const used${name} = ${name}`
}

/** What everything above imports. */
const sharedFiles = [
  'api',
  'functions',
  'functions/inject-init',
  'functions/export-iam',
  'runtime',
  'runtime/init',
  'runtime/creator',
  'runtime/fake-ssm',
  'cli',
  'scripts',
  'test',
].map((folder) => [`${folder}/shared.ts`, 'export const value = 1\nexport const other = 1'] as const)

t.test('each wall of the house stands', (t) => {
  // Outside the clone: the linter passes over what git ignores.
  const folder = mkdtempSync(join(tmpdir(), 'kees-lint-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  for (const [file, text] of [...samples, ...sharedFiles]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), `${text}\n`)
  }
  for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json'])
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
