// The rules of the linter. One table lists which folder may import which; test/repository/lint.test.ts tests each pair.
import { posix } from 'node:path'
import { defineConfig } from 'oxlint'

/** What the files directly in one folder may import; a folder below it has its own entry. */
export type ImportRule = {
  /** The folders that it may import, besides itself. */
  readonly imports: readonly string[]
  /** The vendors whose packages it may import. */
  readonly packages?: readonly Vendor[]
}

const vendors = [
  {
    name: 'aws',
    regex: '^@(aws|aws-sdk|smithy)/',
    message: 'Only runtime/aws/ and runtime/store/ import packages of AWS.',
  },
  {
    name: 'kubernetes',
    regex: '^@kubernetes/',
    message: 'Only runtime/kubernetes/ imports packages of Kubernetes.',
  },
] as const
type Vendor = (typeof vendors)[number]['name']

const api = ['api', 'api/declaration', 'api/pod', 'api/settings', 'api/storage', 'api/delivery']
const functions = [...api, 'functions/yaml', 'functions/krm', 'functions/krm/options', 'functions/workload']
const injectInit = ['options', 'pod', 'injection', 'verify'].map((name) => `functions/inject-init/${name}`)
const exportIam = ['options', 'grants', 'terraform'].map((name) => `functions/export-iam/${name}`)
const scheduling = [...api, 'runtime', 'runtime/scheduling']
const values = [...api, 'runtime', 'runtime/values']
const http = [...api, 'runtime', 'runtime/files', 'runtime/http']
const aws = [...http, 'runtime/aws']
const store = [...aws, 'runtime/aws/credentials', 'runtime/scheduling', 'runtime/store']
const kubernetes = [...api, 'runtime', 'runtime/files', 'runtime/scheduling', 'runtime/kubernetes']
const init = [...store, 'runtime/groups', 'runtime/values', 'runtime/local']
const initFolders = ['fetch', 'formats', 'files', 'refresh'].map((name) => `runtime/init/${name}`)
const creator = [...store, 'runtime/groups', 'runtime/kubernetes']
const creatorFolders = ['claims', 'report', 'groups'].map((name) => `runtime/creator/${name}`)
const cli = [
  ...functions,
  'functions/inject-init',
  ...injectInit,
  'functions/export-iam',
  ...exportIam,
  ...init,
  'runtime/init',
  ...initFolders,
  'runtime/account',
]

export const importRules: Readonly<Record<string, ImportRule>> = {
  api: { imports: [] },
  'api/declaration': { imports: ['api'] },
  'api/pod': { imports: ['api', 'api/declaration'] },
  'api/settings': { imports: ['api', 'api/declaration', 'api/pod'] },
  'api/storage': { imports: ['api', 'api/declaration', 'api/pod'] },
  'api/delivery': { imports: api },
  'functions/yaml': { imports: api },
  'functions/krm': { imports: [...api, 'functions/yaml', 'functions/krm/options'] },
  'functions/krm/options': { imports: [...api, 'functions/yaml'] },
  'functions/workload': { imports: functions },
  'functions/inject-init': { imports: [...functions, ...injectInit] },
  'functions/inject-init/options': { imports: functions },
  'functions/inject-init/pod': { imports: [...functions, ...injectInit.slice(0, 1)] },
  'functions/inject-init/injection': { imports: [...functions, ...injectInit.slice(0, 2)] },
  'functions/inject-init/verify': { imports: [...functions, ...injectInit.slice(0, 3)] },
  'functions/export-iam': { imports: [...functions, ...exportIam] },
  'functions/export-iam/options': { imports: functions },
  'functions/export-iam/grants': { imports: [...functions, ...exportIam.slice(0, 1)] },
  'functions/export-iam/terraform': { imports: [...functions, ...exportIam.slice(0, 2)] },
  runtime: { imports: api },
  'runtime/files': { imports: [...api, 'runtime'] },
  'runtime/values': { imports: values },
  'runtime/scheduling': { imports: scheduling },
  'runtime/http': { imports: http },
  'runtime/aws': { imports: aws, packages: ['aws'] },
  'runtime/aws/credentials': { imports: [...aws, 'runtime/aws/credentials'] },
  'runtime/store': { imports: store, packages: ['aws'] },
  'runtime/account': { imports: store },
  'runtime/kubernetes': { imports: kubernetes, packages: ['kubernetes'] },
  'runtime/groups': { imports: [...store, 'runtime/values'] },
  'runtime/local': { imports: [...store, 'runtime/values', 'runtime/groups'] },
  'runtime/creator': { imports: [...creator, ...creatorFolders] },
  'runtime/creator/claims': { imports: creator },
  'runtime/creator/report': { imports: [...creator, ...creatorFolders.slice(0, 1)] },
  'runtime/creator/groups': { imports: [...creator, ...creatorFolders.slice(0, 2)] },
  'runtime/init': { imports: [...init, ...initFolders] },
  'runtime/init/fetch': { imports: init },
  'runtime/init/formats': { imports: init },
  'runtime/init/files': { imports: [...init, ...initFolders.slice(0, 2)] },
  'runtime/init/refresh': { imports: [...init, ...initFolders.slice(0, 3)] },
  'runtime/fake-ssm': { imports: store },
  cli: {
    imports: [...cli, 'cli/flags', 'cli/print', 'cli/commands', 'cli/files', 'cli/report', 'cli/cluster'],
  },
  'cli/flags': { imports: [...cli, 'cli/files', 'cli/report'] },
  'cli/report': { imports: ['api', 'api/settings', 'functions/krm', 'runtime', 'cli/flags', 'cli/files'] },
  'cli/print': { imports: [...cli, 'cli', 'cli/flags', 'cli/report'] },
  'cli/commands': {
    imports: [
      ...cli,
      'cli',
      'cli/flags',
      'cli/print',
      'cli/files',
      'cli/report',
      'cli/admission-policy',
      'cli/import',
      'cli/completion',
      'cli/convert',
      'cli/cluster',
      'cli/doctor',
      'cli/prune',
      'cli/trail',
      'cli/audit',
    ],
  },
  'cli/files': {
    imports: [
      ...api,
      'functions/krm',
      'functions/export-iam/terraform',
      'runtime',
      'runtime/files',
      'runtime/init/files',
    ],
  },
  'cli/prune': { imports: [...cli, 'cli/print', 'cli/trail'] },
  'cli/audit': { imports: [...cli, 'cli', 'cli/flags', 'cli/print', 'cli/report', 'cli/trail'] },
  'cli/trail': { imports: ['api', 'cli/flags', 'cli/files'] },
  'cli/cluster': {
    imports: ['api', 'api/settings', 'functions/krm', 'runtime', 'runtime/scheduling', 'cli/flags'],
  },
  'cli/doctor': {
    imports: [...cli, 'cli', 'cli/flags', 'cli/print', 'cli/report', 'cli/cluster', 'cli/audit'],
  },
  'cli/completion': { imports: ['cli/flags', 'cli/report'] },
  'cli/import': { imports: [...cli, 'cli'] },
  'cli/convert': { imports: functions },
  'cli/admission-policy': { imports: [...functions, ...injectInit] },
}

/** The files that only tests use. */
const forTests = [
  '*.test.ts',
  '*.contract.ts',
  'arbitrary-*.ts',
  'fixtures.ts',
  'fake-io.ts',
  'virtual-creator.ts',
  'test-effort.ts',
]

type Pattern = { readonly regex: string; readonly message: string }

const everywhere: readonly Pattern[] = [
  { regex: '(^|/)index\\.[cm]?[jt]s$', message: 'Import the file that defines it: no barrels.' },
  { regex: '^(node:)?process$', message: 'Use the global process, where it is allowed.' },
  {
    regex: '^\\./\\.\\.?/|[^./]/\\.\\.?/|/\\./',
    message: 'Use the shortest relative path: no ./.. and no a/../b.',
  },
]

const inSources: readonly Pattern[] = [
  ...everywhere,
  {
    regex: '^(tap|fast-check|nock|jose|hcl2-json-parser|esbuild|@cloud-copilot/.*)$',
    message: 'That package is for tests and scripts.',
  },
  {
    regex:
      '\\.(test|contract)\\.ts$|/(arbitrary-[^/]*|fixtures|fake-io|virtual-creator|test-effort)\\.ts$|/fake-ssm/',
    message: 'That file is for tests.',
  },
  { regex: '^(node:)?module$', message: 'Use import: the import rules do not check require.' },
]

const tops = ['api', 'functions', 'runtime', 'cli']
const outside = ['scripts', 'test', 'bench']

/** Specifiers of files directly in `target`, as a file directly in `from` writes them. */
function filesOf(target: string, from: string): string {
  const path = posix.relative(from, target)
  return `^${(path.startsWith('.') ? path : `./${path}`).replaceAll('.', '\\.')}/[^/]*$`
}

function above(folders: readonly string[]): string {
  return `^(\\.\\./)+(${folders.join('|')})/`
}

function topOf(folder: string): string {
  return folder.split('/')[0] ?? folder
}

function patternsFor(name: string, { imports, packages = [] }: ImportRule): readonly Pattern[] {
  const top = topOf(name)
  const forbidden = Object.keys(importRules).filter((other) => other !== name && !imports.includes(other))
  const allowed = imports.length === 0 ? 'no other folder' : imports.join(', ')
  return [
    // api/ imports no package, not even one of Node's.
    ...(top === 'api' ? [{ regex: '^[^.]', message: 'api/ is pure: it imports no package.' }] : []),
    ...forbidden.map((other) => ({ regex: filesOf(other, name), message: `${name}/ imports ${allowed}.` })),
    { regex: above(outside), message: `${name}/ imports ${allowed}.` },
    { regex: above([top]), message: `Use the shortest relative path to a file of ${top}/.` },
    ...vendors
      .filter(({ name: vendor }) => !packages.includes(vendor))
      .map(({ regex, message }) => ({ regex, message })),
    ...inSources,
  ]
}

/** Tests may import more: all of their own top folder, and all that it depends on. */
function patternsForTests(top: string): readonly Pattern[] {
  const mayImport: readonly string[] = top === 'cli' ? tops : ['api', top]
  return [
    {
      regex: above([...tops.filter((other) => !mayImport.includes(other)), ...outside]),
      message: `Tests of ${top}/ must not import that.`,
    },
    { regex: above([top]), message: `Use the shortest relative path to a file of ${top}/.` },
    ...everywhere,
  ]
}

function restricted(patterns: readonly Pattern[]): ['error', { patterns: Pattern[] }] {
  return ['error', { patterns: [...patterns] }]
}

const noProcess = {
  name: 'process',
  message:
    'Only main.ts, functions/krm/run-function.ts, functions/yaml/size-limit.ts, runtime/scheduling/clock.ts and cli/ use the global process.',
}
const impure = ['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'performance']

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'import', 'promise', 'node', 'oxc'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true },
  rules: {
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/no-floating-promises': [
      'error',
      {
        allowForKnownSafePromises: [{ from: 'package', package: '@tapjs/core', name: 'PromiseWithSubtest' }],
      },
    ],
    'no-restricted-exports': [
      'error',
      {
        restrictDefaultExports: {
          direct: true,
          named: true,
          defaultFrom: true,
          namedFrom: true,
          namespaceFrom: true,
        },
      },
    ],
    // Imports of types count: a type in the wrong file causes a cycle too.
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-named-as-default-member': 'off',
    'oxc/no-barrel-file': ['error', { threshold: 0 }],
    'no-shadow': ['error', { allow: ['t'] }],
    'promise/always-return': ['error', { ignoreLastCallback: true }],
    'unicorn/consistent-function-scoping': 'off',
    'no-control-regex': 'off',
    'no-console': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    eqeqeq: 'error',
    'no-restricted-globals': ['error', { globals: [noProcess], checkGlobalObject: true }],
    'no-restricted-imports': restricted(everywhere),
  },
  overrides: [
    ...Object.entries(importRules).map(([name, rule]) => ({
      files: [`${name}/*.ts`],
      rules: { 'no-restricted-imports': restricted(patternsFor(name, rule)) },
    })),
    {
      files: ['api/**'],
      rules: {
        'no-restricted-globals': [
          'error',
          {
            globals: [
              noProcess,
              ...impure.map((name) => ({ name, message: 'api/ is pure: no I/O, no time, no randomness.' })),
            ],
            checkGlobalObject: true,
          },
        ],
      },
    },
    // docs/adr/0034-limits-of-the-code.md
    {
      files: tops.map((top) => `${top}/**`),
      rules: { 'max-lines-per-function': ['error', { max: 110 }] },
    },
    {
      files: forTests.map((name) => `**/${name}`),
      rules: { 'max-lines-per-function': 'off' },
    },
    {
      files: ['scripts/**'],
      rules: {
        'no-restricted-imports': restricted([
          { regex: above(['test', 'bench']), message: 'scripts/ imports neither test/ nor bench/.' },
          ...everywhere,
        ]),
      },
    },
    ...tops.map((top) => ({
      files: forTests.map((name) => `${top}/**/${name}`),
      rules: { 'no-restricted-imports': restricted(patternsForTests(top)) },
    })),
    {
      files: [
        '**/main.ts',
        'functions/krm/run-function.ts',
        // It loads node:v8 only where it is needed.
        'functions/yaml/size-limit.ts',
        'runtime/scheduling/clock.ts',
        'cli/**',
        'scripts/**',
        'test/**',
        'bench/**',
        ...forTests.map((name) => `**/${name}`),
      ],
      rules: { 'no-restricted-globals': 'off' },
    },
    { files: ['oxlint.config.ts'], rules: { 'no-restricted-exports': 'off' } },
  ],
})
