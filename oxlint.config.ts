// What the linter refuses. The walls between the rooms come from one table; test/repository/lint.test.ts tries each pair.
import { posix } from 'node:path'
import { defineConfig } from 'oxlint'

/** The rules of the files directly in one folder; a folder below it is a room of its own. */
export type Room = {
  /** The rooms that it may import, besides itself. */
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

const functions = ['api', 'functions/yaml', 'functions/krm', 'functions/workload']
const scheduling = ['api', 'runtime', 'runtime/scheduling']
const aws = ['api', 'runtime', 'runtime/files', 'runtime/aws']
const store = [...aws, 'runtime/scheduling', 'runtime/store']
const kubernetes = ['api', 'runtime', 'runtime/files', 'runtime/scheduling', 'runtime/kubernetes']
const programs = [
  ...functions,
  'functions/inject-init',
  'functions/export-iam',
  ...store,
  'runtime/groups',
  'runtime/init',
]

export const rooms: Readonly<Record<string, Room>> = {
  api: { imports: [] },
  'functions/yaml': { imports: ['api'] },
  'functions/krm': { imports: ['api', 'functions/yaml'] },
  'functions/workload': { imports: functions },
  'functions/inject-init': { imports: functions },
  'functions/export-iam': { imports: functions },
  runtime: { imports: ['api'] },
  'runtime/files': { imports: ['api', 'runtime'] },
  'runtime/scheduling': { imports: scheduling },
  'runtime/aws': { imports: aws, packages: ['aws'] },
  'runtime/store': { imports: store, packages: ['aws'] },
  'runtime/kubernetes': { imports: kubernetes, packages: ['kubernetes'] },
  'runtime/groups': { imports: store },
  'runtime/creator': { imports: [...store, 'runtime/groups', 'runtime/kubernetes'] },
  'runtime/init': { imports: [...store, 'runtime/groups'] },
  'runtime/fake-ssm': { imports: store },
  cli: { imports: [...programs, 'cli/commands', 'cli/files'] },
  'cli/commands': { imports: [...programs, 'cli', 'cli/files', 'cli/admission-policy'] },
  'cli/files': {
    imports: [
      'api',
      'functions/krm',
      'functions/export-iam',
      'runtime',
      'runtime/files',
      'runtime/init',
      'cli',
    ],
  },
  'cli/admission-policy': { imports: [...functions, 'functions/inject-init'] },
}

/** The files that only tests use. */
const forTests = [
  '*.test.ts',
  '*.contract.ts',
  'arbitrary-*.ts',
  'fixtures.ts',
  'fake-io.ts',
  'test-effort.ts',
]

type Pattern = { readonly regex: string; readonly message: string }

const everywhere: readonly Pattern[] = [
  { regex: '(^|/)index\\.[cm]?[jt]s$', message: 'Import the file that defines it: no barrels.' },
  { regex: '^(node:)?process$', message: 'Use the global process, where it is allowed.' },
  {
    regex: '^\\./\\.\\.?/|[^./]/\\.\\.?/|/\\./',
    message: 'One spelling for one file: no ./.. and no way down and up again.',
  },
]

const inSources: readonly Pattern[] = [
  ...everywhere,
  {
    regex: '^(tap|fast-check|nock|hcl2-json-parser|esbuild|@cloud-copilot/.*)$',
    message: 'That package is for tests and scripts.',
  },
  {
    regex: '\\.(test|contract)\\.ts$|/(arbitrary-[^/]*|fixtures|fake-io|test-effort)\\.ts$|/fake-ssm/',
    message: 'That file is for tests.',
  },
  { regex: '^(node:)?module$', message: 'Use import, which the walls see.' },
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

function topOf(room: string): string {
  return room.split('/')[0] ?? room
}

function wallsOf(name: string, { imports, packages = [] }: Room): readonly Pattern[] {
  const top = topOf(name)
  const closed = Object.keys(rooms).filter((other) => other !== name && !imports.includes(other))
  const opened = imports.length === 0 ? 'no other room' : imports.join(', ')
  return [
    // Its own files stand directly in api/; it imports no package, not even one of Node's.
    ...(top === 'api' ? [{ regex: '^[^.]', message: 'api/ is pure: it imports no package.' }] : []),
    ...closed.map((other) => ({ regex: filesOf(other, name), message: `${name}/ imports ${opened}.` })),
    { regex: above(outside), message: `${name}/ imports ${opened}.` },
    { regex: above([top]), message: `Up and down again: a file of ${top}/ is nearer than that.` },
    ...vendors
      .filter(({ name: vendor }) => !packages.includes(vendor))
      .map(({ regex, message }) => ({ regex, message })),
    ...inSources,
  ]
}

/** Tests see more: all of their own top folder and of those that it builds on. */
function wallsOfTests(top: string): readonly Pattern[] {
  const seen: readonly string[] = top === 'cli' ? tops : ['api', top]
  return [
    {
      regex: above([...tops.filter((other) => !seen.includes(other)), ...outside]),
      message: `Tests of ${top}/ do not import that.`,
    },
    { regex: above([top]), message: `Up and down again: a file of ${top}/ is nearer than that.` },
    ...everywhere,
  ]
}

function restricted(patterns: readonly Pattern[]): ['error', { patterns: Pattern[] }] {
  return ['error', { patterns: [...patterns] }]
}

const noProcess = {
  name: 'process',
  message: 'Only main.ts, functions/krm/run-function.ts, runtime/log.ts and cli/ use the global process.',
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
    // A type that stands in the wrong file closes a circle too.
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
    ...Object.entries(rooms).map(([name, room]) => ({
      files: [`${name}/*.ts`],
      rules: { 'no-restricted-imports': restricted(wallsOf(name, room)) },
    })),
    {
      files: ['api/**'],
      rules: {
        'no-restricted-globals': [
          'error',
          {
            globals: [
              noProcess,
              ...impure.map((name) => ({ name, message: 'api/ is pure: no I/O, no time, no chance.' })),
            ],
            checkGlobalObject: true,
          },
        ],
      },
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
      rules: { 'no-restricted-imports': restricted(wallsOfTests(top)) },
    })),
    {
      files: [
        '**/main.ts',
        'functions/krm/run-function.ts',
        'runtime/log.ts',
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
