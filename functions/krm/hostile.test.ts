/** Inputs that are made, or damaged, so that a reader hangs, falls over or forgets: a clear error or an unharmed pass. */
import t from 'tap'
import { share, triesMany } from '../../api/test-effort.ts'
import { exportIam } from '../export-iam/export-iam.ts'
import { injectInit } from '../inject-init/inject-init.ts'
import { runFunction } from './run-function.ts'

const list = (...items: readonly string[]) =>
  `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${items.join('')}`
const configMap = (value: string) =>
  `- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: c\n  data:\n    value: ${value}\n`
const pod = (annotation = '') => `- apiVersion: v1
  kind: Pod
  metadata:
    name: p
    annotations:
      secret.bsycorp.com/a: kind=REFERENCE,type=PASSWORD
${annotation}  spec:
    containers:
    - name: app
`
const bomb = [
  'a: &a [x, x]',
  ...Array.from(
    { length: 40 },
    (_, index) =>
      `      b${index}: &b${index} [*${index === 0 ? 'a' : `b${index - 1}`}, *${index === 0 ? 'a' : `b${index - 1}`}]`,
  ),
]

const refused: readonly (readonly [title: string, input: string, said: RegExp])[] = [
  ['a list that ends in the middle of an item', list(pod()).slice(0, 120), /^error: /],
  ['a list that ends inside quotes', `${list(pod())}- a: "b`, /^error: the input is not valid YAML/],
  ['brackets a hundred thousand deep', list(configMap('['.repeat(100_000))), /nesting exceeded 200 levels/],
  [
    'the same in an annotated object',
    list(pod(`      x: ${'['.repeat(100_000)}\n`)),
    /nesting exceeded 200 levels/,
  ],
  ['a NUL byte', list(pod('      x: "\0"\n')), /null byte/],
  ['aliases that explode', list(pod(`      ${bomb.join('\n')}\n`)), /aliases that repeat more than|is not/],
  [
    'an alias without an anchor',
    list(pod('      x: *nowhere\n')),
    /alias without an anchor|unidentified alias/,
  ],
  [
    'a declaration twice',
    list(pod('      secret.bsycorp.com/a: kind=DYNAMIC,type=RSA,size=1\n')),
    /is declared twice/,
  ],
  ['a byte order mark behind a block scalar at the margin', '>-\na: b\n\ufeff', /has U\+FEFF/],
  ['tabs where blanks are asked for', list(pod('\tx: y\n')), /^error: the input is not valid YAML/],
]
for (const [title, input, said] of refused) {
  t.test(`refused: ${title}`, async (t) => {
    const { stdout, stderr, exit } = runFunction(injectInit, input)
    t.equal(exit, 1)
    t.match(stderr.join('\n'), said)
    for (const line of stderr) t.ok(line.length < 400, 'the message is for people')
    t.notMatch(stderr.join('\n'), /\bat .*:\d+:\d+/, 'and no stack trace')
    if (stdout !== '') t.equal(stdout.slice(0, input.length), input)
  })
}

const megabytes = share(100)
const passed: readonly (readonly [title: string, input: string])[] = [
  [`an object of ${megabytes} MB`, list(configMap(`"${'x'.repeat(megabytes * 1_000_000)}"`), pod())],
  [`an annotation of ${share(100_000)} items`, list(pod(`      x: [${'1,'.repeat(share(100_000))}]\n`))],
  [`${share(10_000)} objects of one name`, list(configMap('x').repeat(share(10_000)), pod())],
  [
    'names of JavaScript',
    list(pod('      __proto__: x\n      constructor: y\n').replace('name: p', 'name: constructor')),
  ],
]
for (const [title, input] of passed) {
  t.test(`passed: ${title}`, async (t) => {
    const { stdout, exit, stderr } = runFunction(injectInit, input)
    t.equal(exit, 0, stderr.join('\n').slice(0, 400))
    t.equal(
      stdout.split('\n').filter((line) => line.startsWith('- apiVersion')).length,
      input.split('\n').filter((line) => line.startsWith('- apiVersion')).length,
      'every item is there',
    )
    t.ok(stdout.includes('init-container'))
    t.equal(runFunction(exportIam, stdout).exit, 0)
  })
}

/** Its time is that of the limit, whatever the number of lines. */
if (triesMany)
  t.test('lines that are indented too little are parsed repeatedly, with a limit', async (t) => {
    // Each time, the library counts the lines before the error.
    const rows = '1,\n'.repeat(share(200_000))
    const { exit, stderr } = runFunction(injectInit, list(pod(`      x: [\n${rows}]\n`)))
    t.equal(exit, 1)
    t.match(stderr[0], /deficient indentation/)
  })
