/** What injection does to the text of manifests that people wrote: it adds lines, and leaves the others alone. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parseAllDocuments } from 'yaml'
import { run } from '../programs/programs.ts'
import { kpt } from '../programs/tools.ts'

const folder = join(import.meta.dirname, 'fidelity')
const sources = new Map(
  readdirSync(folder)
    .toSorted()
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
)

/** Of the lines, those that are not in the other text, in its order; fails where a line of the other text is missing. */
function addedLines(t: Test, before: string, after: string, title: string): string[] {
  const old = before.split('\n')
  let position = 0
  const added = after.split('\n').filter((line) => {
    // Flow style has what is added within its line.
    if (line === old[position] || isFlowOf(old[position] ?? '', line)) {
      position++
      return false
    }
    return true
  })
  t.equal(position, old.length, `${title}: every line is still there, in its order`)
  return added
}

function isFlowOf(old: string, line: string): boolean {
  if (!/^\s*\S+: [[{].*[\]}]\s*$/.test(old)) return false
  let position = 0
  for (const character of line) if (character === old[position]) position++
  return position === old.length && line.length > old.length
}

const count = (texts: readonly string[], pattern: RegExp) => texts.filter((one) => pattern.test(one)).length

for (const [lineEnds, edit] of [
  ['LF', (text: string) => text],
  ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
] as const) {
  for (const [name, text] of sources) {
    t.test(`kees inject on ${name}, ${lineEnds}`, async (t) => {
      const source = edit(text)
      const { status, stdout, stderr } = run('kees', ['inject', '-f', '-'], { input: source })
      t.equal(status, 0, stderr)
      const added = addedLines(t, source, stdout, name)
      t.equal(count(added, /#/), 0, 'no comment is added')
      if (lineEnds === 'CRLF') t.notMatch(stdout, /[^\r]\n/, 'every line ends as the others do')
      const undeclared = (one: string) => one.replaceAll(/(secret|resource)\.bsycorp\.com/g, 'example.com')
      const removed = run('kees', ['inject', '-f', '-'], { input: undeclared(stdout) })
      t.equal(removed.stdout, undeclared(source), 'un-injected it is the source')
    })
  }
}

const pipeline = (exec: string) => `apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: fidelity
  annotations:
    config.kubernetes.io/local-config: "true"
pipeline:
  mutators:
    - exec: ${exec}
`

/** A package that kpt has worked on, by the names of its files. */
function packageAfter(t: Test, exec: string, args: readonly string[]): Map<string, string> {
  const work = t.testdir({ [exec]: { Kptfile: pipeline(exec), ...Object.fromEntries(sources) } })
  const where = join(work, exec)
  const { status, stderr, stdout } = run(kpt().path ?? '', ['fn', ...args, where])
  t.equal(status, 0, stdout + stderr)
  return new Map([...sources.keys()].map((name) => [name, readFileSync(join(where, name), 'utf8')]))
}

const ways: readonly (readonly [title: string, args: (exec: string) => readonly string[]])[] = [
  ['kpt fn render', () => ['render', '--allow-exec']],
  ['kpt fn eval', (exec) => ['eval', '--exec', exec]],
]
for (const [title, args] of ways) {
  t.test(
    `${title}, against the same with a function that changes nothing`,
    { skip: kpt().missing ?? false },
    async (t) => {
      const plain = packageAfter(t, 'cat', args('cat'))
      const injected = packageAfter(t, 'inject-init', args('inject-init'))
      for (const [name, text] of injected) {
        const before = plain.get(name) ?? ''
        if (name === 'ends.yaml') {
          // kpt itself writes such a comment twice: here it is written once, at the end.
          t.equal(text.split('# a comment at the end of the document').length, 2, `${name}: its comment`)
          continue
        }
        const added = addedLines(t, before, text, name)
        t.equal(count(added, /#/), 0, `${name}: no comment of a neighbour comes onto what is added`)
        if (name === 'plain.yaml') t.equal(text, before, 'what is not annotated leaves as it came')
      }
      const [deployment] = parseAllDocuments(injected.get('setters.yaml') ?? '').map((one) => one.toJS())
      const { initContainers } = deployment.spec.template.spec
      t.match(initContainers, [{ name: 'init-container' }, { name: 'migrate' }, { name: 'sidecar' }])
      t.match(
        injected.get('setters.yaml'),
        '- name: migrate # kpt-set: ${migrate-name}',
        'setter comments stay where they were',
      )
    },
  )
}

t.test(
  'injected twice in one render, by a subpackage and by its parent',
  { skip: kpt().missing ?? false },
  async (t) => {
    const render = (parent: string, child: string) => {
      const work = t.testdir({ Kptfile: parent, child: { Kptfile: child, ...Object.fromEntries(sources) } })
      const { status, stderr, stdout } = run(kpt().path ?? '', ['fn', 'render', '--allow-exec', work])
      t.equal(status, 0, stdout + stderr)
      return [...sources.keys()].map((name) => readFileSync(join(work, 'child', name), 'utf8'))
    }
    const once = render(pipeline('cat'), pipeline('inject-init'))
    const twice = render(pipeline('inject-init'), pipeline('inject-init'))
    t.strictSame(twice, once)
  },
)

t.test('a second kpt fn render changes nothing', { skip: kpt().missing ?? false }, async (t) => {
  const work = t.testdir({ Kptfile: pipeline('inject-init'), ...Object.fromEntries(sources) })
  const render = () => {
    t.equal(run(kpt().path ?? '', ['fn', 'render', '--allow-exec', work]).status, 0)
    return [...sources.keys()].map((name) => readFileSync(join(work, name), 'utf8'))
  }
  const first = render()
  t.strictSame(render(), first)
})
