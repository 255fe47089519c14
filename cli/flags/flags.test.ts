import t from 'tap'
import { injectInit } from '../../functions/inject-init/inject-init.ts'
import { type Flags, givenOptions, optionFlags, parseFlags } from './flags.ts'

const flags: Flags = {
  filename: { short: 'f', takes: 'FILE', repeatable: true, meaning: 'a file' },
  out: { takes: 'DIR', meaning: 'a folder' },
  write: { meaning: 'a switch' },
}

const rows: readonly (readonly [
  title: string,
  args: string[],
  values: [string, string[]][],
  operands: string[],
])[] = [
  [
    'long, short and joined forms',
    ['-f', 'a', '-fb', '--filename=c', '--filename', 'd'],
    [['filename', ['a', 'b', 'c', 'd']]],
    [],
  ],
  ['a short one with =, as kubectl takes it', ['-f=a', '-f='], [['filename', ['a', '']]], []],
  ['of a flag that counts once the last counts', ['--out', 'a', '--out=b'], [['out', ['b']]], []],
  ['a switch can be off, over a file that has it on', ['--write=false'], [['write', ['false']]], []],
  ['a switch takes no word behind it', ['--write', 'x'], [['write', ['true']]], ['x']],
  ['- is a file', ['-f', '-'], [['filename', ['-']]], []],
  ['an empty value is a value', ['--out='], [['out', ['']]], []],
  ['behind -- all are operands', ['--', '--write'], [], ['--write']],
  ['names of JavaScript are no flags', ['x'], [], ['x']],
]

for (const [title, args, values, operands] of rows) {
  await t.test(title, async (t) => {
    const parsed = parseFlags(args, flags)
    t.strictSame([...parsed.values], values)
    t.strictSame(parsed.operands, operands)
    t.strictSame(parsed.diagnostics, [])
  })
}

await t.test('every option of a function is a flag', async (t) => {
  const all = optionFlags(injectInit.options)
  t.equal(Object.keys(all).length, Object.keys(injectInit.options).length)
  t.match(all['image-pull-policy'], {
    takes: '""|Always|IfNotPresent|Never',
    meaning: /left to Kubernetes/,
  })
  t.equal(all['strict']?.takes, undefined)
  const { values } = parseFlags(['--env', '[{name: A, value: b}]', '--size-limit', '1Mi', '--strict'], all)
  t.strictSame(givenOptions(injectInit.options, values), {
    given: [
      { name: 'sizeLimit', value: '1Mi' },
      { name: 'env', value: [{ name: 'A', value: 'b' }] },
      { name: 'strict', value: 'true' },
    ],
    diagnostics: [],
  })
  for (const name of ['__proto__', 'constructor'])
    t.equal(parseFlags([`--${name}`], all).diagnostics.length, 1)
})
