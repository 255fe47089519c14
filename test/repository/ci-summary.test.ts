import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { ciVerdict } from '../../scripts/results/ci-verdict.ts'
import { untapped } from '../programs/untapped.ts'

const machine = {
  hasCommand: (name: string) => name === 'here',
  hasTerraformProvider: (name: string) => name === 'hashicorp/here',
  hasContainerEngine: () => true,
  nodeMissing: () => 'needs root for a node of Kubernetes',
  hasOtherNode: false,
  isComplete: false,
}

/** As tap 21 writes it. */
function tap(lines: readonly string[], totals?: string): string {
  const closing = totals === undefined ? [] : ['', '# No coverage generated', `# ${totals}`, '# time=5ms']
  return ['TAP version 14', '1..1', ...lines, ...closing, ''].join('\n')
}

const passing = [
  '# Subtest: api/a.test.ts',
  '    ok 1 - is right # time=3ms',
  '    1..1',
  'ok 1 - api/a.test.ts',
]

const cases: readonly {
  readonly title: string
  readonly output: string
  readonly exitCode?: number
  readonly counts: readonly [passed: number, failed: number, skipped: number]
  readonly errors?: readonly RegExp[]
}[] = [
  {
    title: 'tests that pass are counted as tap counts them',
    output: tap(passing, '{ total: 7, pass: 7 }'),
    counts: [7, 0, 0],
  },
  {
    title: 'a test that is skipped for a command that is not installed is no error',
    output: tap(
      [
        '    ok 1 - renders # SKIP needs the command absent',
        '    ok 2 - builds # SKIP needs the commands absent or missing',
        '    ok 3 - plans # SKIP needs the terraform provider hashicorp/absent',
        '    1..3',
        'ok 1 - a.test.ts # time=3ms',
        '    1..0 # needs the command absent',
        'ok 2 - b.test.ts # SKIP needs the command absent',
      ],
      '{ total: 9, pass: 5, skip: 4 }',
    ),
    counts: [5, 0, 4],
  },
  {
    title: 'a test that is skipped for a command that is there fails',
    output: tap(['    ok 1 - renders # SKIP needs the command here'], '{ total: 2, pass: 1, skip: 1 }'),
    counts: [1, 1, 1],
    errors: [/^test "renders" is skipped for the command here, which is installed$/],
  },
  {
    title: 'either of two commands would have done',
    output: tap(
      [
        '    ok 1 - a # SKIP needs the commands here or absent',
        '    ok 2 - b # SKIP needs the commands absent or here',
      ],
      '{ total: 2, pass: 0, skip: 2 }',
    ),
    counts: [0, 2, 2],
    errors: [/"a" .* command here/, /"b" .* command here/],
  },
  {
    title:
      'a test that is skipped for what the machine lacks for a node is no error, and for any other reason it is',
    output: tap(
      [
        '    ok 1 - runs # SKIP needs root for a node of Kubernetes',
        '    ok 2 - waits # SKIP needs KUBEBUILDER_ASSETS unset for a node of Kubernetes',
      ],
      '{ total: 2, pass: 0, skip: 2 }',
    ),
    counts: [0, 1, 2],
    errors: [/"waits" is skipped \("needs KUBEBUILDER_ASSETS unset/],
  },
  {
    title: 'a test that is skipped for a terraform provider that is there fails',
    output: tap(
      ['ok 1 - plans # SKIP needs the terraform provider hashicorp/here'],
      '{ total: 1, pass: 0, skip: 1 }',
    ),
    counts: [0, 1, 1],
    errors: [/"plans" .* terraform provider hashicorp\/here, which is installed/],
  },
  {
    title: 'a test that is skipped for a container engine that is there fails',
    output: tap(['ok 1 - runs # SKIP needs a container engine'], '{ total: 1, pass: 0, skip: 1 }'),
    counts: [0, 1, 1],
    errors: [/"runs" is skipped for a container engine, but one works/],
  },
  {
    title: 'a skip has to name a command, in the form that is checked',
    output: tap(
      [
        'ok 1 - a # SKIP',
        'ok 2 - b # SKIP not today',
        'ok 3 - c # SKIP needs the command',
        'ok 4 - d # skip flaky',
        'ok 5 # SKIP',
      ],
      '{ total: 5, pass: 0, skip: 5 }',
    ),
    counts: [0, 5, 5],
    errors: [/"a"/, /"b" is skipped \("not today"\)/, /"c"/, /"d"/, /""/],
  },
  {
    title: 'a directive inside a name is none',
    output: tap(['ok 1 - shows \\# SKIP and \\# TODO'], '{ total: 1, pass: 1 }'),
    counts: [1, 0, 0],
  },
  {
    title: 'a skip that its output does not show fails',
    output: tap(passing, '{ total: 2, pass: 1, skip: 1 }'),
    counts: [1, 1, 1],
    errors: [/tap counts 1 skipped tests, but its output lists 0/],
  },
  {
    title: 'a test that is marked TODO is an error',
    output: tap(
      ['    ok 1 - one day # TODO', '    not ok 2 - later # TODO soon'],
      '{ total: 2, pass: 0, todo: 2 }',
    ),
    counts: [0, 2, 0],
    errors: [/"one day" is marked TODO/, /"later"/],
  },
  {
    title: 'a suite that crashed fails',
    output: tap(
      [
        '# Subtest: a.test.ts',
        '    1..0 # no tests found',
        'not ok 1 - a.test.ts # time=320ms',
        '  ---',
        '  exitCode: 3',
        '  ...',
      ],
      '{ total: 8, pass: 7, fail: 1 }',
    ),
    exitCode: 1,
    counts: [7, 1, 0],
  },
  {
    title: 'a suite that took too long fails',
    output: tap(
      ['not ok 1 - timeout!', '  ---', '  expired: TAP', '  ...'],
      '{ total: 2, pass: 0, fail: 2 }',
    ),
    exitCode: 1,
    counts: [0, 2, 0],
  },
  {
    title: 'a run that ended before tap could count fails',
    output: tap(passing),
    exitCode: 1,
    counts: [0, 1, 0],
    errors: [/output of tap is incomplete/],
  },
  {
    title: 'a run without a test fails',
    output: tap([], '{ total: 0, pass: 0 }'),
    counts: [0, 1, 0],
    errors: [/no test ran/],
  },
  { title: 'no output at all fails', output: '', counts: [0, 1, 0], errors: [/output of tap is incomplete/] },
  {
    title: 'formatting, lint or types that are wrong fail though every test passes',
    output: tap(passing, '{ total: 7, pass: 7 }'),
    exitCode: 1,
    counts: [7, 1, 0],
    errors: [/npm test failed with exit code 1/],
  },
  {
    title: 'only the last closing line counts',
    output: tap(['    # { total: 3, pass: 3 }', ...passing], '{ total: 7, pass: 6, fail: 1 }'),
    exitCode: 1,
    counts: [6, 1, 0],
  },
]

for (const { title, output, exitCode = 0, counts, errors = [] } of cases) {
  t.test(title, (t) => {
    const verdict = ciVerdict(output, exitCode, machine)
    t.strictSame([verdict.passed, verdict.failed, verdict.skipped], counts)
    t.equal(verdict.errors.length, errors.length, verdict.errors.join('; '))
    for (const [index, error] of errors.entries()) t.match(verdict.errors[index], error)
    t.end()
  })
}

t.test('tests of the own node are skipped only where KEES_NODE names another', (t) => {
  const output = tap(['    ok 1 - ends # SKIP needs KEES_NODE unset'], '{ total: 1, pass: 0, skip: 1 }')
  t.strictSame(ciVerdict(output, 0, machine).errors, [
    'test "ends" is skipped for KEES_NODE, which is not set',
  ])
  t.strictSame(ciVerdict(output, 0, { ...machine, hasOtherNode: true }).errors, [])
  t.end()
})

t.test('with KEES_NO_SKIPS, each skipped test is an error with its name', (t) => {
  const output = tap(
    [
      '    ok 1 - renders # SKIP needs the command absent',
      '    ok 2 - plans # SKIP needs the terraform provider hashicorp/absent',
      '    ok 3 - runs # SKIP needs a container engine',
      'ok 1 - a.test.ts',
    ],
    '{ total: 5, pass: 2, skip: 3 }',
  )
  const without = { ...machine, hasContainerEngine: () => false }
  t.strictSame(ciVerdict(output, 0, without).errors, [])
  const { errors, failed } = ciVerdict(output, 0, { ...without, isComplete: true })
  t.strictSame(errors, [
    'test "renders" is skipped ("needs the command absent"): with KEES_NO_SKIPS no test may be skipped',
    'test "plans" is skipped ("needs the terraform provider hashicorp/absent"): with KEES_NO_SKIPS no test may be skipped',
    'test "runs" is skipped ("needs a container engine"): with KEES_NO_SKIPS no test may be skipped',
  ])
  t.equal(failed, 3)
  t.equal(ciVerdict(tap(passing, '{ total: 7, pass: 7 }'), 0, { ...machine, isComplete: true }).failed, 0)
  t.end()
})

t.test('the program ends with the counts, and fails with them', (t) => {
  const folder = t.testdir({
    'good.tap': tap(passing, '{ total: 7, pass: 7 }'),
    'skipped.tap': tap(['ok 1 - a # SKIP needs the command sh'], '{ total: 1, pass: 0, skip: 1 }'),
    'lacking.tap': tap(['ok 1 - a # SKIP needs the command kees-absent'], '{ total: 1, pass: 0, skip: 1 }'),
  })
  const script = join(import.meta.dirname, '..', '..', 'scripts', 'ci-summary.ts')
  const summaryWith = (noSkips: string, ...args: readonly string[]) => {
    const { stdout, status } = spawnSync(...untapped(process.execPath, [script, ...args]), {
      env: { ...process.env, KEES_NO_SKIPS: noSkips },
      encoding: 'utf8',
    })
    return { last: stdout.trimEnd().split('\n').at(-1), status }
  }
  const summary = (...args: readonly string[]) => summaryWith('', ...args)
  t.strictSame(summary(join(folder, 'good.tap'), '0'), { last: '7 passed, 0 failed, 0 skipped', status: 0 })
  t.strictSame(summary(join(folder, 'skipped.tap'), '0'), {
    last: '0 passed, 1 failed, 1 skipped',
    status: 1,
  })
  const lacking = join(folder, 'lacking.tap')
  t.strictSame(summary(lacking, '0'), { last: '0 passed, 0 failed, 1 skipped', status: 0 })
  t.strictSame(summaryWith('1', lacking, '0'), { last: '0 passed, 1 failed, 1 skipped', status: 1 })
  t.strictSame(summary(join(folder, 'absent.tap'), '1'), { last: '0 passed, 1 failed, 0 skipped', status: 1 })
  t.end()
})
