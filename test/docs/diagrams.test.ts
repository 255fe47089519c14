/** The diagrams of the pages, which GitHub draws with Mermaid, and the recording of the demo. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import t from 'tap'
import { commands } from '../../cli/kees.ts'
import { importRules } from '../../oxlint.config.ts'
import { demoRecording } from '../../scripts/demo/recording.ts'
import { cachedMermaid } from '../../scripts/tools/tool-cache.ts'
import { root } from '../programs/programs.ts'

const pages = globSync('{*.md,docs/**/*.md}', { cwd: root })
const diagrams = pages.flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```mermaid\n([^]*?)^```$/gm)].map(
    ([, text = '']) => ({ page, text }),
  ),
)
t.match(
  diagrams.map(({ page }) => page),
  ['ARCHITECTURE.md', 'README.md'],
)
const textOf = (wanted: string) => diagrams.find(({ page }) => page === wanted)?.text ?? ''

t.test('the files and folders in the diagrams exist', async (t) => {
  const named = diagrams.flatMap(({ text }) => text.match(/\b(?:api|functions|runtime|cli)\/[\w./-]+/g) ?? [])
  t.ok(named.length > 8)
  for (const path of named) t.ok(existsSync(join(root, path)), path)
})

t.test(
  'ARCHITECTURE.md shows every program that reads annotations, and the parser that all of them use',
  async (t) => {
    const text = textOf('ARCHITECTURE.md')
    for (const folder of [
      'functions/inject-init',
      'functions/export-iam',
      'runtime/creator',
      'runtime/init',
    ]) {
      t.match(text, `["${folder}<br>`, folder)
      const { imports = [] } = importRules[folder] ?? {}
      t.ok(imports.includes('api/pod'), `${folder} may import the parser`)
    }
  },
)

t.test('README.md shows commands that exist', async (t) => {
  const named = [...textOf('README.md').matchAll(/"kees (\w+)"/g)].map(([, name = '']) => name)
  t.strictSame(named, ['inject', 'export'])
  const known: readonly string[] = commands.map(({ name }) => name)
  for (const name of named) t.ok(known.includes(name), name)
})

type Mermaid = { readonly parse: (text: string) => Promise<{ readonly diagramType: string }> }

const path = cachedMermaid()
t.test(
  'Mermaid reads the diagrams',
  { skip: path === undefined && 'needs the commands mermaid or npm' },
  async (t) => {
    // It cleans labels with a library that refuses to work without a browser.
    const source = readFileSync(path ?? '', 'utf8').replace(
      /return (\w+)\.isSupported=!1,\1/,
      'return $1.isSupported=!1,$1.addHook=()=>{},$1.sanitize=(text)=>text,$1',
    )
    const context: { mermaid?: Mermaid } = createContext({ console, setTimeout, structuredClone, URL })
    runInContext(source, context)
    const { mermaid } = context
    if (!mermaid) throw new Error('mermaid defines no global of its name')
    for (const { page, text } of diagrams)
      t.match(await mermaid.parse(text), { diagramType: /^flowchart/ }, page)
    await t.rejects(mermaid.parse(`${textOf('README.md')}  a[x --> b\n`), /Parse error/)
  },
)

t.test('the recording shows each line of the demo, once and in order', async (t) => {
  const transcript = readFileSync(join(root, 'test/docs/golden/demo-kees.txt'), 'utf8')
  const recording = readFileSync(join(root, 'docs/demo.svg'), 'utf8')
  t.equal(recording, demoRecording(transcript))
  const rows = [...recording.matchAll(/<text(?: class="(?!name)\w+")? y="(\d+)">(.*)<\/text>/g)]
  const text = rows.map(([, , row = '']) =>
    row.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
  )
  // Long lines take several rows.
  const joined = `npm run demo\n${transcript}`.replaceAll('\n', '')
  t.equal(text.join('').replace(/^\$ /, ''), joined)
  const positions = rows.map(([, y]) => Number(y))
  t.strictSame(
    positions,
    positions.toSorted((a, b) => a - b),
  )
  t.notMatch(recording, /<script|<foreignObject|href=|url\(|@import/, 'nothing that GitHub removes')
  t.match(recording, '@media (prefers-color-scheme:dark)')
  t.match(recording, '@media (prefers-reduced-motion:reduce)')
})

t.test('the recording scrolls from the first row to the last', async (t) => {
  const many = Array.from({ length: 70 }, (_, index) => `line ${index} <&>`).join('\n')
  const recording = demoRecording(`== 1. Title\n$ kees\n${many}\n`)
  const framesOf = (name: string) => {
    const [, frames = ''] = new RegExp(`@keyframes ${name}\\{(.*)\\}$`, 'm').exec(recording) ?? []
    return [...frames.matchAll(/([\d.]+)%\{transform:translateY\((-?\d+)px\)\}/g)].map((one) => [
      Number(one[1]),
      Number(one[2]),
    ])
  }
  const [scroll, print] = [framesOf('scroll'), framesOf('print')]
  t.equal(scroll.length, print.length)
  t.strictSame(scroll[0], [0, 0])
  t.equal(scroll.at(-1)?.[1], -(73 - 29) * 19)
  t.equal(print.at(-1)?.[1], 29 * 19)
  for (const [index, [at = 0, offset = 0]] of scroll.slice(1).entries()) {
    const [before = 0, old = 0] = scroll[index] ?? []
    t.ok(at > before && at < 100 && offset <= old && old - offset <= 9 * 19, `${at} %`)
  }
  t.match(recording, 'line 0 &lt;&amp;&gt;')
})
