import t from 'tap'
import { type ExitCode, exitCode, firstToMend } from './exit-code.ts'

t.strictSame(
  exitCode,
  { done: 0, input: 1, usage: 2, missing: 3, denied: 4, unreachable: 5, output: 6, bug: 70 },
  'the codes are those that are documented',
)

const rows: readonly (readonly [title: string, codes: readonly ExitCode[], first: ExitCode])[] = [
  ['without anything to mend it is done', [], 0],
  ['one code is that code', [0, 3], 3],
  ['access denied comes before parameters missing', [3, 4], 4],
  ['access denied comes before a store not reached', [5, 4], 4],
  ['a store not reached comes before parameters missing', [3, 5], 5],
  ['wrong input comes before what the store said', [3, 4, 5, 1], 1],
  ['a wrong command line comes before wrong input', [1, 2], 2],
  ['output that cannot be written comes before what was collected', [2, 6, 1], 6],
  ['a bug comes before all', [0, 1, 2, 3, 4, 5, 6, 70], 70],
  ['the same code may come twice', [4, 4, 3], 4],
]

for (const [title, codes, first] of rows) t.equal(firstToMend(new Set(codes)), first, title)
